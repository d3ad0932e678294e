package io.esnode.report;

import io.esnode.ledger.Figure;
import io.esnode.ledger.Ledger;
import io.esnode.signature.TrustState;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Makes a report from a ledger: the same ledger and trust give the same bytes, whatever the clock, the zone, the locale and the fonts
 * of the machine. Thread-safe.
 */
public final class ReportRenderer {
  private static final Pattern FIGURE_ID = Pattern.compile("F-[0-9a-f]{12}");
  private static final Pattern TAG = Pattern.compile("<style>.*?</style>|<[^>]*>", Pattern.DOTALL);

  private ReportRenderer() {}

  /** Renders a ledger that the caller has just made from evidence it verified itself. */
  public static Report render(ReportTemplate template, Ledger ledger) throws IOException {
    return render(template, ledger, ledgerBytes(ledger), TrustState.TRUSTED_SIGNER, List.of());
  }

  /**
   * Renders the bytes of a ledger file; they are attached as they are, so that a signature over them still holds.
   *
   * @param file who stands behind the ledger itself; the report says the worse of this and what the ledger says of its
   *     evidence
   * @throws io.esnode.json.JsonException if the bytes are no ledger
   * @throws ReportException if the ledger contradicts itself
   * @throws IOException if the PDF lost something on the way; the text is for a bug report
   */
  public static Report render(ReportTemplate template, byte[] ledger, TrustState file)
      throws IOException {
    return render(template, ledger, file, List.of());
  }

  /**
   * The same with the custody logs of what the ledger was made from.
   *
   * @param handovers verified by the caller
   */
  public static Report render(
      ReportTemplate template, byte[] ledger, TrustState file, List<Handover> handovers)
      throws IOException {
    return render(template, Ledger.parse(ledger), ledger, file, handovers);
  }

  private static Report render(
      ReportTemplate template,
      Ledger ledger,
      byte[] ledgerBytes,
      TrustState file,
      List<Handover> handovers)
      throws IOException {
    if (file == TrustState.REFUSED) {
      throw new IllegalArgumentException("no report is made from a refused ledger");
    }
    LedgerCheck.check(ledger);
    String page = page(template, ledger, ledgerBytes, file, handovers, false);
    String paper = page(template, ledger, ledgerBytes, file, handovers, true);
    byte[] pdf = PdfWriter.write(paper, ledgerBytes, Instant.parse(ledger.asOf()));
    List<String> problems =
        PdfReading.problems(pdf, printed(ledger), hashSigns(paper), ledgerBytes);
    if (!problems.isEmpty()) {
      throw new IOException("the PDF is not what was rendered: " + String.join("; ", problems));
    }
    return new Report(page.getBytes(StandardCharsets.UTF_8), pdf, ledgerBytes);
  }

  /** The bytes of a ledger as a file: those that {@code esnode analyze --out} writes. */
  public static byte[] ledgerBytes(Ledger ledger) {
    return (ledger.toJson().canonical() + '\n').getBytes(StandardCharsets.UTF_8);
  }

  /** The worse of what a ledger says of its evidence and who stands behind the ledger. */
  public static TrustState trust(Ledger ledger, TrustState file) {
    for (TrustState state : TrustState.values()) {
      if (state.words().equals(ledger.trust())) {
        return state.compareTo(file) > 0 ? state : file;
      }
    }
    return TrustState.REFUSED;
  }

  /** The page, or the XHTML that becomes the PDF. */
  static String page(
      ReportTemplate template, Ledger ledger, byte[] ledgerBytes, TrustState file, boolean pdf)
      throws IOException {
    return page(template, ledger, ledgerBytes, file, List.of(), pdf);
  }

  static String page(
      ReportTemplate template,
      Ledger ledger,
      byte[] ledgerBytes,
      TrustState file,
      List<Handover> handovers,
      boolean pdf)
      throws IOException {
    String style = pdf ? StyleSheet.paper() : StyleSheet.page();
    Fields model = IncidentModel.of(ledger, file, Assets.sha256(ledgerBytes), handovers, pdf)
        .verbatim("style", style);
    if (!pdf) {
      model
          .verbatim("policy", StyleSheet.policy(style))
          .verbatim("data", ledger.toJson().canonical().replace("<", "\\u003c"));
    }
    return Templates.render(template.word() + "/report.ftlh", model.map());
  }

  /** Ids of a form we know stay on one line; whatever else calls itself an id may wrap. */
  private static List<String> printed(Ledger ledger) {
    List<String> printed = new ArrayList<>();
    for (Figure figure :
        ledger.figures().subList(0, Math.min(ledger.figures().size(), Table.MAX_ROWS))) {
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
