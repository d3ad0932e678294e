package io.esnode.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.esnode.json.Json;
import io.esnode.json.JsonException;
import io.esnode.ledger.Figure;
import io.esnode.ledger.Finding;
import io.esnode.ledger.Ledger;
import io.esnode.ledger.RuleResult;
import io.esnode.ledger.Series;
import io.esnode.signature.TrustState;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.TimeZone;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.text.PDFTextStripper;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.xml.sax.InputSource;

class ReportRendererTest {
  private static final Path RESOURCES = Path.of("src/test/resources/io/esnode/report");
  private static Report report;
  private static String html;
  private static List<String> pages;

  @BeforeAll
  static void render() throws IOException {
    report = ReportRenderer.render(ReportTemplate.INCIDENT, SampleLedger.incident());
    html = new String(report.html(), StandardCharsets.UTF_8);
    pages = pages(report.pdf());
  }

  @Test
  void ledgerIsTheGoldenOne() throws IOException {
    golden("sample.analysis.json", report.ledger());
  }

  @Test
  void pageIsTheGoldenOne() throws IOException {
    golden("sample.incident.html", report.html());
  }

  @Test
  void sameLedgerGivesSameBytesInOtherZonesAndLocales() throws IOException {
    Locale locale = Locale.getDefault();
    TimeZone zone = TimeZone.getDefault();
    Report there;
    try {
      Locale.setDefault(new Locale.Builder().setLanguageTag("ar-EG-u-nu-arab").build());
      TimeZone.setDefault(TimeZone.getTimeZone("America/St_Johns"));
      there = ReportRenderer.render(
          ReportTemplate.INCIDENT, report.ledger(), TrustState.TRUSTED_SIGNER);
    } finally {
      Locale.setDefault(locale);
      TimeZone.setDefault(zone);
    }

    assertThat(there.html()).isEqualTo(report.html());
    assertThat(there.pdf()).isEqualTo(report.pdf());
    assertThat(there.ledger()).isEqualTo(report.ledger());
  }

  @Test
  void everyFigureIsReadableInThePdfAndTheLedgerIsAttached() throws IOException {
    List<String> printed = new ArrayList<>();
    for (Figure figure : SampleLedger.incident().figures()) {
      printed.add(figure.id());
      printed.add(figure.value());
    }
    printed.add("nvme0n1 read"); // a legend: chart text is text

    assertThat(PdfReading.problems(report.pdf(), printed, 0, report.ledger())).isEmpty();
    assertThat(PdfReading.problems(report.pdf(), List.of("F-000000000000"), 1, new byte[] {1}))
        .hasSize(3);
  }

  @Test
  void pagesOfEvidenceThatIsNotTrustedSaySoInTheirHeader() {
    assertThat(pages).hasSizeGreaterThan(5);
    assertThat(pages).allMatch(p -> p.contains("SIMULATED · INTACT BUT SIGNER UNKNOWN"));
  }

  @Test
  void trustedReportIsNotMarked() throws IOException {
    Ledger trusted = SampleLedger.incident(TrustState.TRUSTED_SIGNER, false);

    String page = page(trusted, false);
    String paper = page(trusted, true);

    assertThat(page).contains("TRUSTED SIGNER").doesNotContain("SIMULATED");
    assertThat(paper).doesNotContain("class=\"mark");
  }

  @Test
  void ledgerWithoutSignatureCannotClaimATrustedSigner() throws IOException {
    Ledger claims = SampleLedger.incident(TrustState.TRUSTED_SIGNER, false);

    String page = ReportRenderer.page(
        ReportTemplate.INCIDENT,
        claims,
        ReportRenderer.ledgerBytes(claims),
        TrustState.UNSIGNED,
        false);

    assertThat(page)
        .contains("<span class=\"words\">UNSIGNED</span>")
        .contains("is a claim: make the report from the bundles")
        .contains("The ledger claims: TRUSTED SIGNER")
        .doesNotContain("banner trusted");
  }

  @Test
  void handsTheEvidenceWentThroughArePrintedHarmless() throws IOException {
    Ledger ledger = SampleLedger.incident();
    Handover handover = new Handover(
        "node.parquet",
        "2026-11-21T10:15:00Z",
        "<script>alert(1)</script>\u202e",
        "the original: analysis",
        "as handed over",
        "TRUSTED SIGNER, signed by lab");

    Report handed = ReportRenderer.render(
        ReportTemplate.INCIDENT,
        ReportRenderer.ledgerBytes(ledger),
        TrustState.TRUSTED_SIGNER,
        List.of(handover));

    String page = new String(handed.html(), StandardCharsets.UTF_8);
    assertThat(page)
        .contains(
            "Whose hands the evidence went through", "&lt;script&gt;alert(1)", "as handed over")
        .doesNotContain("<script>alert", "\u202e");
    assertThat(String.join("", pages(handed.pdf())))
        .contains("Whose hands the evidence went through");
    assertThat(html).doesNotContain("Whose hands");
  }

  @Test
  void pageAllowsItsOwnStyleSheetAndNothingElse() {
    String style = between(html, "<style>", "</style>");
    String hash = Base64.getEncoder()
        .encodeToString(Assets.digest("SHA-256", style.getBytes(StandardCharsets.UTF_8)));

    assertThat(html)
        .contains("content=\"default-src &#39;none&#39;; style-src &#39;sha256-" + hash
            + "&#39;; base-uri")
        .doesNotContainPattern("<[^>]* style=")
        .doesNotContainPattern("<[^>]* on[a-z]+=")
        .doesNotContainPattern("(?:src|href)=\"(?!#)");
  }

  @Test
  void headingsNeverSkipALevel() {
    int level = 0;
    Matcher heading = Pattern.compile("<h([1-6])[ >]").matcher(html);
    while (heading.find()) {
      int next = Integer.parseInt(heading.group(1));
      assertThat(next).isLessThanOrEqualTo(level + 1);
      level = next;
    }
    assertThat(level).isPositive();
  }

  @Test
  void everyLinkLeadsToSomethingOnThePage() {
    Matcher link = Pattern.compile("href=\"#([^\"]*)\"").matcher(html);

    assertThat(link.results().map(r -> r.group(1)).distinct())
        .allMatch(id -> html.contains("id=\"" + id + "\""));
  }

  @Test
  void idsAreUnique() {
    List<String> ids = Pattern.compile(" id=\"([^\"]*)\"")
        .matcher(html)
        .results()
        .map(r -> r.group(1))
        .toList();

    assertThat(ids).doesNotHaveDuplicates();
  }

  @Test
  void absentAndNotObservedAreKeptApart() {
    assertThat(section("absent")).contains("Swap space exhausted").doesNotContain("GPU reported");
    assertThat(section("not-observed")).contains("no NVML library").doesNotContain("Swap space");
  }

  @Test
  void queriesThatNothingPrintedRestsOnAreCountedAndLeftOut() {
    assertThat(section("queries"))
        .contains("id=\"query-rule-oom-kill\"", "id=\"query-series-cpu\"")
        .doesNotContain("rule:swap-full", "rule:gpu-xid")
        .containsPattern(">4</span></a> more, which nothing printed here cites, are left out");
    assertThat(section("absent")).contains("<span class=\"mono\">swap-full</span>");
  }

  @Test
  void glossaryStandsWholeOnTheLastPage() {
    assertThat(pages.get(pages.size() - 1)).contains("Glossary", "Absent", "Verdict", "Made by");
  }

  @Test
  void chartWithoutPointsPrintsTheReason() {
    assertThat(section("charts"))
        .contains("No data recorded.")
        .contains("/sys/block/nvme1n1/stat: no such file");
  }

  @Test
  void hostileNamesStayText() throws Exception {
    String hostile = "<script>alert(1)</script>\u202e\u0000\u001b[31m=cmd|' /C calc'!A0 \u4e2d ";
    String sample = SampleLedger.incident().toJson().canonical();
    for (String name : List.of("nvme0n1 read", "disk:nvme0n1")) {
      sample = replaceFirst(sample, name, hostile + "y".repeat(999));
    }
    byte[] ledger = replaceFirst(sample, "n-7f3a9c2e41d0", hostile + "x".repeat(10 << 20))
        .getBytes(StandardCharsets.UTF_8);

    Report rendered =
        ReportRenderer.render(ReportTemplate.INCIDENT, ledger, TrustState.TRUSTED_SIGNER);

    String page = new String(rendered.html(), StandardCharsets.UTF_8);
    String shown = page.substring(0, page.indexOf("<script type=\"application/json\""));
    assertThat(shown)
        .doesNotContain("<script")
        .doesNotContain("\u202e")
        .contains(
            "&lt;script&gt;alert(1)&lt;/script&gt;[U+202E][U+0000][U+001B][31m=cmd|&#39; /C calc")
        .hasSizeLessThan(2 << 20);
    assertThat(page.split("<script", -1)).hasSize(2);
    assertThat(pages(rendered.pdf()).get(0)).contains("[U+202E]").contains("cut here");
    parsesAsXml(page(Ledger.parse(ledger), true));
  }

  @Test
  void longTablesAreCutAndSaySo() throws IOException {
    Ledger sample = SampleLedger.incident();
    List<Figure> figures = new ArrayList<>(sample.figures());
    for (int i = 0; i < 1_200; i++) {
      Figure f = figures.get(0);
      figures.add(new Figure(
          "F-" + i,
          f.label(),
          f.value(),
          f.unit(),
          f.query(),
          f.column(),
          f.key(),
          f.parameters(),
          f.bundles(),
          null,
          1,
          f.coverage(),
          f.method()));
    }

    String page = page(with(sample, figures, sample.rules(), sample.findings()), false);

    String text = between(page, "<section id=\"figures\"", "</section>").replaceAll("<[^>]*>", "");
    assertThat(text).contains("Showing 1000 of 1208").contains("F-991").doesNotContain("F-992");
  }

  @Test
  void reportWithoutFindingsSaysWhatWasLookedFor() throws IOException {
    Ledger sample = SampleLedger.incident();
    Ledger quiet = with(sample, List.of(), List.of(), List.of());

    assertThat(page(
            new Ledger(
                quiet.toolVersion(),
                quiet.engine(),
                quiet.asOf(),
                quiet.trust(),
                quiet.simulated(),
                quiet.bundles(),
                quiet.coverage(),
                quiet.rules(),
                quiet.findings(),
                new io.esnode.ledger.Diagnosis(
                    io.esnode.ledger.Diagnosis.Verdict.NO_INCIDENT, "Nothing found.", List.of()),
                List.of(),
                List.of(),
                List.of(),
                List.of()),
            true))
        .contains("No incident found")
        .contains("No rule found what it looks for.")
        .contains("The ledger carries no series to draw.");
  }

  @Test
  void twelveGpusAreTwoChartsOfShortNames() throws IOException {
    Ledger sample = SampleLedger.incident();
    Series cut = sample.series().get(0);
    List<Series> gpus = IntStream.range(0, 12)
        .mapToObj(i -> new Series(
            "gpu-temperature",
            "GPU temperature",
            "Cel",
            "temperature",
            "gpu:GPU-0000000%x-0000-4000-8000-000000000000".formatted(i),
            cut.query(),
            cut.startTs(),
            cut.endTs(),
            cut.stepMs(),
            List.of(new Series.Point(0, "40", "41"), new Series.Point(cut.stepMs(), "42", "43"))))
        .toList();

    String page = page(
        new Ledger(
            sample.toolVersion(),
            sample.engine(),
            sample.asOf(),
            sample.trust(),
            sample.simulated(),
            sample.bundles(),
            sample.coverage(),
            sample.rules(),
            sample.findings(),
            sample.diagnosis(),
            sample.figures(),
            sample.queries(),
            gpus,
            sample.notPerformed()),
        false);

    assertThat(page)
        .contains("GPU temperature: gpu:GPU-00000000… to gpu:GPU-00000007…")
        .contains("GPU temperature: gpu:GPU-00000008… to gpu:GPU-0000000b…");
  }

  @Test
  void ledgerThatContradictsItselfIsRefused() {
    Ledger sample = SampleLedger.incident();

    assertThatThrownBy(() -> ReportRenderer.render(
            ReportTemplate.INCIDENT, with(sample, List.of(), sample.rules(), sample.findings())))
        .isInstanceOf(ReportException.class)
        .hasMessageContaining("names figure");
  }

  @FuzzTest(maxDuration = "1m")
  void anyLedgerIsRenderedOrRefused(byte[] data) throws IOException {
    byte[] sample =
        report == null ? ReportRenderer.ledgerBytes(SampleLedger.incident()) : report.ledger();
    byte[] mutated = sample.clone();
    for (int i = 0; i + 2 < data.length; i += 3) {
      int at = (data[i] & 0xff) << 8 | (data[i + 1] & 0xff);
      mutated[at * 7 % mutated.length] = data[i + 2];
    }
    try {
      Ledger ledger = Ledger.parse(mutated);
      LedgerCheck.check(ledger);
      assertThat(page(ledger, false)).endsWith("</html>\n");
    } catch (JsonException | ReportException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
  }

  private static Ledger with(
      Ledger l, List<Figure> figures, List<RuleResult> rules, List<Finding> findings) {
    return new Ledger(
        l.toolVersion(),
        l.engine(),
        l.asOf(),
        l.trust(),
        l.simulated(),
        l.bundles(),
        l.coverage(),
        rules,
        findings,
        l.diagnosis(),
        figures,
        l.queries(),
        l.series(),
        l.notPerformed());
  }

  private static String page(Ledger ledger, boolean pdf) throws IOException {
    return ReportRenderer.page(
        ReportTemplate.INCIDENT,
        ledger,
        ReportRenderer.ledgerBytes(ledger),
        TrustState.TRUSTED_SIGNER,
        pdf);
  }

  private static String section(String id) {
    return between(html, "<section id=\"" + id + "\"", "</section>");
  }

  private static String between(String text, String from, String to) {
    int start = text.indexOf(from) + from.length();
    return text.substring(start, text.indexOf(to, start));
  }

  private static String replaceFirst(String json, String name, String hostile) {
    String quoted = '"' + name + '"';
    int at = json.indexOf(quoted);
    return json.substring(0, at)
        + new Json.Str(hostile).canonical()
        + json.substring(at + quoted.length());
  }

  private static void parsesAsXml(String xhtml) throws Exception {
    DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new java.io.StringReader(xhtml)));
  }

  private static List<String> pages(byte[] pdf) throws IOException {
    List<String> pages = new ArrayList<>();
    try (PDDocument document = Loader.loadPDF(pdf)) {
      PDFTextStripper stripper = new PDFTextStripper();
      for (int page = 1; page <= document.getNumberOfPages(); page++) {
        stripper.setStartPage(page);
        stripper.setEndPage(page);
        pages.add(stripper.getText(document));
      }
    }
    return pages;
  }

  private static void golden(String name, byte[] found) throws IOException {
    Path file = RESOURCES.resolve(name);
    if ("update".equals(System.getProperty("golden"))) {
      Files.write(file, found);
    }
    assertThat(new String(found, StandardCharsets.UTF_8)).isEqualTo(Files.readString(file));
  }
}
