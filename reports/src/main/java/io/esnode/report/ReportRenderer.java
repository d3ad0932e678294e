package io.esnode.report;

import io.esnode.ledger.Figure;
import io.esnode.ledger.Ledger;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Makes a report from a ledger: the same ledger gives the same bytes, whatever the clock, the zone, the locale and the fonts
 * of the machine. Thread-safe.
 */
public final class ReportRenderer {
    private static final Pattern FIGURE_ID = Pattern.compile("F-[0-9a-f]{12}");
    private static final Pattern TAG = Pattern.compile("<style>.*?</style>|<[^>]*>", Pattern.DOTALL);

    private ReportRenderer() {}

    /**
     * @throws ReportException if the ledger contradicts itself
     * @throws IOException if the PDF lost something on the way; the text is for a bug report
     */
    public static Report render(ReportTemplate template, Ledger ledger) throws IOException {
        LedgerCheck.check(ledger);
        byte[] ledgerBytes = ledgerBytes(ledger);
        String page = page(template, ledger, ledgerBytes, false);
        String paper = page(template, ledger, ledgerBytes, true);
        byte[] pdf = PdfWriter.write(paper, ledgerBytes, Instant.parse(ledger.asOf()));
        List<String> problems = PdfReading.problems(pdf, printed(ledger), hashSigns(paper), ledgerBytes);
        if (!problems.isEmpty()) {
            throw new IOException("the PDF is not what was rendered: " + String.join("; ", problems));
        }
        return new Report(page.getBytes(StandardCharsets.UTF_8), pdf, ledgerBytes);
    }

    /** The bytes of a ledger as a file: indented, RFC 8785 order, so that a plain diff shows what changed. */
    public static byte[] ledgerBytes(Ledger ledger) {
        return ledger.toJson().pretty().getBytes(StandardCharsets.UTF_8);
    }

    /** The page, or the XHTML that becomes the PDF. */
    static String page(ReportTemplate template, Ledger ledger, byte[] ledgerBytes, boolean pdf) throws IOException {
        String style = pdf ? StyleSheet.paper() : StyleSheet.page();
        Fields model = new IncidentModel(ledger, Assets.sha256(ledgerBytes), pdf).fields();
        model.flag("pdf", pdf).verbatim("style", style);
        if (!pdf) {
            model.verbatim("policy", StyleSheet.policy(style))
                    .verbatim("data", ledger.toJson().canonical().replace("<", "\\u003c"));
        }
        return Templates.render(template.word() + "/report.ftlh", model.map());
    }

    /** Ids of a form we know stay on one line; whatever else calls itself an id may wrap. */
    private static List<String> printed(Ledger ledger) {
        List<String> printed = new ArrayList<>();
        for (Figure figure : ledger.figures().subList(0, Math.min(ledger.figures().size(), IncidentModel.MAX_ROWS))) {
            if (FIGURE_ID.matcher(figure.id()).matches()) {
                printed.add(figure.id());
            }
        }
        return printed;
    }

    private static long hashSigns(String xhtml) {
        int body = xhtml.indexOf("<body");
        return TAG.matcher(xhtml.substring(body))
                .replaceAll("")
                .replaceAll("&#[0-9]+;", "")
                .chars()
                .filter(c -> c == '#')
                .count();
    }
}
