package io.esnode.report;

import io.esnode.ledger.AnalyzedBundle;
import io.esnode.ledger.Coverage;
import io.esnode.ledger.Diagnosis;
import io.esnode.ledger.Figure;
import io.esnode.ledger.Finding;
import io.esnode.ledger.Ledger;
import io.esnode.ledger.Query;
import io.esnode.ledger.RuleResult;
import io.esnode.ledger.Series;
import io.esnode.ledger.State;
import io.esnode.signature.TrustState;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the incident template sees of a ledger that {@link LedgerCheck} has passed: words, ordered lists, formatted numbers.
 * Used once; not thread-safe.
 */
final class IncidentModel {
  /** Rows of one printed table; tagging makes each cost milliseconds and memory. The ledger holds the rest. */
  static final int MAX_ROWS = 1_000;

  /** Findings on the first page. */
  private static final int OVERVIEW_ROWS = 8;

  private static final int MAX_BANDS = 9;
  private static final Comparator<Finding> WORST_FIRST = Comparator.comparing(Finding::severity)
      .reversed()
      .thenComparing(f -> time(f.firstTs()))
      .thenComparing(Finding::id);

  private final Ledger ledger;
  private final TrustState file;
  private final TrustState trust;
  private final String ledgerSha256;
  private final boolean pdf;
  private final Numbers numbers;
  private final Map<String, RuleResult> rules = new HashMap<>();
  private final Map<String, String> queryAnchors = new LinkedHashMap<>();
  private final List<Finding> present;
  private final Map<String, String> tags = new HashMap<>();
  private final Map<String, String> findingAnchors = new HashMap<>();

  /** Charts in which a finding is marked, by its id; filled while the charts are made. */
  private final Map<String, List<Map<String, Object>>> chartsOf = new HashMap<>();

  private final Instant start;
  private final Instant end;

  /**
   * @param file who stands behind the ledger itself
   * @param ledgerSha256 of the bytes that travel with the report
   */
  IncidentModel(Ledger ledger, TrustState file, String ledgerSha256, boolean pdf) {
    this.ledger = ledger;
    this.file = file;
    this.trust = ReportRenderer.trust(ledger, file);
    this.ledgerSha256 = ledgerSha256;
    this.pdf = pdf;
    this.numbers = new Numbers(ledger);
    this.start = ledger.bundles().stream()
        .map(b -> Instant.parse(b.startTs()))
        .min(Comparator.naturalOrder())
        .orElseThrow();
    this.end = ledger.bundles().stream()
        .map(b -> Instant.parse(b.endTs()))
        .max(Comparator.naturalOrder())
        .orElseThrow();
    ledger.rules().forEach(r -> rules.put(r.id(), r));
    for (Query query : ledger.queries()) {
      queryAnchors.put(
          query.id(), numbers.anchor("query-" + query.id().replace(':', '-'), "query"));
    }
    this.present = ledger.findings().stream()
        .filter(f -> f.state() == State.PRESENT)
        .sorted(WORST_FIRST)
        .toList();
    for (int i = 0; i < present.size(); i++) {
      tags.put(present.get(i).id(), tag(i));
      findingAnchors.put(
          present.get(i).id(), numbers.anchor("finding-" + present.get(i).id(), "finding"));
    }
  }

  Fields fields() {
    List<Map<String, Object>> charts = charts();
    List<Map<String, Object>> findings = findings();
    Fields model = new Fields()
        .text("title", "Incident report: " + String.join(", ", nodes()))
        .list(
            "nodes", nodes().stream().map(n -> SafeText.line(n, SafeText.NAME)).toList())
        .text("window", Utc.window(start, end))
        .text("duration", Utc.duration(Duration.between(start, end)))
        .text("asOf", Utc.dateTime(Instant.parse(ledger.asOf())))
        .part("trust", trust())
        .flag("simulated", ledger.simulated())
        .flag("marked", ledger.simulated() || trust != TrustState.TRUSTED_SIGNER)
        .part("verdict", verdict())
        .part("quality", quality())
        .part("gaps", table("coverage.gaps", gaps(), ledger.coverage().gaps().size()))
        .number(
            "gapCount", numbers.count("length(coverage.gaps)", "Gaps in the recording", gapCount()))
        .part("findings", table("findings, present", findings, present.size()))
        .flag("long", present.size() > OVERVIEW_ROWS)
        .list("overview", findings.subList(0, Math.min(findings.size(), OVERVIEW_ROWS)))
        .number(
            "present",
            numbers.count("length(findings, present)", "Findings present", present.size()))
        .list("hypotheses", hypotheses())
        .list("charts", charts)
        .part("notObserved", rulesIn(State.NOT_OBSERVED))
        .part("absent", rulesIn(State.ABSENT))
        .list("bundles", bundles())
        .flag("several", ledger.bundles().size() > 1)
        .list("commands", commands())
        .list("notPerformed", notPerformed())
        .part("engine", engine())
        .text("digest", "SHA-256")
        .text("ledgerSha256", ledgerSha256)
        .text("ledgerShort", ledgerSha256.substring(0, 16))
        .text("tool", "esnode " + ledger.toolVersion())
        .text("renderer", PdfWriter.PRODUCER)
        .text("templateSha256", templateSha256())
        .part("queries", table("queries", queries(), ledger.queries().size()))
        .part("figures", table("figures", figures(), ledger.figures().size()));
    return model.list("facts", numbers.facts());
  }

  /** At most {@link #MAX_ROWS} rows, and the number that are not shown. */
  private Fields table(String name, List<Map<String, Object>> rows, int total) {
    List<Map<String, Object>> shown = rows.subList(0, Math.min(rows.size(), MAX_ROWS));
    Fields table = new Fields().list("rows", shown).flag("cut", shown.size() < total);
    if (shown.size() < total) {
      table
          .number(
              "shown", numbers.count("report.max_rows", "Rows printed of one table", shown.size()))
          .number(
              "total",
              numbers.count("length(%s)".formatted(name), "Rows of %s".formatted(name), total));
    }
    return table;
  }

  private List<String> nodes() {
    return ledger.bundles().stream()
        .map(AnalyzedBundle::node)
        .distinct()
        .sorted()
        .toList();
  }

  private Fields trust() {
    Fields fields = new Fields().text("words", trust.words());
    List<String> labels = ledger.bundles().stream()
        .map(AnalyzedBundle::signerLabel)
        .filter(l -> l != null)
        .distinct()
        .toList();
    if (!vouched()) {
      return fields
          .verbatim("css", trust == TrustState.UNSIGNED ? "unsigned" : "unknown")
          .prose(
              "sentence",
              (file == TrustState.UNSIGNED
                      ? "This report was made from a ledger without signature. "
                      : "This report was made from a ledger whose signer nobody here vouches for. ")
                  + "What the ledger says of its evidence (" + ledger.trust()
                  + ") is a claim: make the report from the bundles to have it checked.");
    }
    if (trust == TrustState.TRUSTED_SIGNER) {
      return fields
          .verbatim("css", "trusted")
          .prose(
              "sentence",
              "The signature holds: the evidence is unchanged since it was signed, and the key that signed it is"
                  + " trusted here"
                  + (labels.isEmpty() ? "." : " as " + String.join(", ", labels) + "."));
    }
    if (trust == TrustState.SIGNER_UNKNOWN) {
      return fields
          .verbatim("css", "unknown")
          .prose(
              "sentence",
              "The signature holds: the evidence is unchanged since it was signed. Nobody here vouches for the key"
                  + " that signed it, so who recorded it is not shown.");
    }
    return fields
        .verbatim("css", "unsigned")
        .prose(
            "sentence",
            "There is no signature. Nothing shows who recorded this evidence, or that it is unchanged. Treat every"
                + " statement below as a claim.");
  }

  /** Whether what the ledger says of signatures was checked, or is said by somebody we trust. */
  private boolean vouched() {
    return file == TrustState.TRUSTED_SIGNER;
  }

  private Fields verdict() {
    Diagnosis.Verdict verdict = ledger.diagnosis().verdict();
    return new Fields()
        .verbatim("css", verdict.word().replace('_', '-'))
        .verbatim(
            "words",
            switch (verdict) {
              case ESTABLISHED -> "Cause established";
              case POSSIBLE -> "Cause possible, not established";
              case NOT_ESTABLISHED -> "Cause not established";
              case NO_INCIDENT -> "No incident found";
            })
        .prose("summary", ledger.diagnosis().summary());
  }

  private Fields quality() {
    Coverage coverage = ledger.coverage();
    long verified = ledger.bundles().stream()
        .filter(b -> vouched() && !b.trust().equals(TrustState.UNSIGNED.words()))
        .count();
    String percent = new BigDecimal(coverage.ratio()).movePointRight(2).toPlainString();
    Fields quality = new Fields()
        .number(
            "verified",
            numbers.count(
                "length(bundles, signature holds)", "Bundles whose signature holds", verified))
        .number(
            "bundles",
            numbers.count(
                "length(bundles)", "Bundles analysed", ledger.bundles().size()))
        .number(
            "coverage",
            numbers.fact(
                "coverage.ratio * 100", "Coverage: ticks captured of ticks expected", percent, "%"))
        .number(
            "captured",
            numbers.count("coverage.ticks_captured", "Ticks captured", coverage.ticksCaptured()))
        .number(
            "expected",
            numbers.count("coverage.ticks_expected", "Ticks expected", coverage.ticksExpected()))
        .number(
            "late",
            numbers.count("coverage.ticks_late", "Ticks captured late", coverage.ticksLate()))
        .number(
            "dropped",
            numbers.count("coverage.ticks_dropped", "Ticks dropped", coverage.ticksDropped()))
        .number(
            "steps", numbers.count("coverage.clock_steps", "Clock steps", coverage.clockSteps()))
        .number(
            "interval",
            numbers.fact(
                "coverage.interval_ms",
                "Time between ticks",
                Long.toString(coverage.intervalMs()),
                "ms"))
        .text("clockSource", coverage.clockSource())
        .flag(
            "complete",
            coverage.ticksCaptured() == coverage.ticksExpected()
                && coverage.gaps().isEmpty())
        .flag("costKnown", coverage.recorderCpuMsPerTick() != null)
        .flag("memoryKnown", coverage.recorderMaxRssBytes() != null);
    if (coverage.recorderCpuMsPerTick() != null) {
      quality.number(
          "cpu",
          numbers.fact(
              "coverage.recorder_cpu_ms_per_tick",
              "Recorder: CPU time per tick",
              coverage.recorderCpuMsPerTick(),
              "ms"));
    }
    if (coverage.recorderMaxRssBytes() != null) {
      quality.number(
          "memory",
          numbers.fact(
              "coverage.recorder_max_rss_bytes",
              "Recorder: largest resident memory",
              Long.toString(coverage.recorderMaxRssBytes()),
              "B"));
    }
    return quality;
  }

  private long gapCount() {
    return ledger.coverage().gaps().size();
  }

  private List<Map<String, Object>> gaps() {
    List<Map<String, Object>> rows = new ArrayList<>();
    for (Coverage.Gap gap : first(ledger.coverage().gaps())) {
      String window = gap.fromTs() == null || gap.toTs() == null
          ? "time not known"
          : Utc.window(Instant.parse(gap.fromTs()), Instant.parse(gap.toTs()));
      String duration = gap.fromTs() == null || gap.toTs() == null
          ? ""
          : Utc.duration(Duration.between(Instant.parse(gap.fromTs()), Instant.parse(gap.toTs())));
      rows.add(new Fields()
          .text("entity", gap.entity())
          .text("metric", gap.metric())
          .text("window", window)
          .text("duration", duration)
          .text("code", gap.code() == null ? "" : "code " + gap.code())
          .prose("reason", gap.reason())
          .map());
    }
    return rows;
  }

  private List<Map<String, Object>> findings() {
    List<Map<String, Object>> all = new ArrayList<>();
    for (Finding finding : first(present)) {
      Instant first = time(finding.firstTs());
      Instant last = time(finding.lastTs());
      RuleResult rule = rules.get(finding.rule());
      String query = rule == null ? "" : rule.query();
      boolean oneDay = Utc.date(start).equals(Utc.date(end));
      Fields fields = new Fields()
          .text("tag", tags.getOrDefault(finding.id(), ""))
          .text("anchor", findingAnchors.getOrDefault(finding.id(), "findings"))
          .text("id", finding.id())
          .text("title", finding.title())
          .text("severity", finding.severity().word())
          .text("entity", finding.entity())
          .text("window", Utc.window(first, last) + " UTC")
          .text(
              "duration",
              first.equals(last) ? "one moment" : Utc.duration(Duration.between(first, last)))
          .text("from", oneDay ? Utc.clock(first) : Utc.dateTime(first))
          .prose("explanation", finding.explanation())
          .text("rule", finding.rule())
          .text("rulebook", finding.rulebook())
          .prose("source", rule == null ? "" : rule.source())
          .text("query", query)
          .text("queryAnchor", queryAnchors.getOrDefault(query, ""))
          .number(
              "rows",
              numbers.count(
                  "findings[%s].evidence.row_count".formatted(finding.id()),
                  "Rows behind finding " + finding.id(),
                  finding.evidence().rowCount()))
          .text("locator", finding.evidence().locatorSha256())
          .list("figures", finding.figures().stream().map(this::figureRow).toList())
          .list("params", rule == null ? List.of() : params(rule))
          .list("charts", chartsOf.getOrDefault(finding.id(), List.of()));
      all.add(fields.map());
    }
    return all;
  }

  private Map<String, Object> figureRow(String id) {
    Figure figure = ledger.figure(id);
    return new Fields()
        .text("id", id)
        .text("anchor", numbers.figureAnchor(id))
        .text("label", figure.label())
        .number("value", numbers.figure(id))
        .number("rows", numbers.plain(Long.toString(figure.rowCount()), "1"))
        .map();
  }

  private List<Map<String, Object>> params(RuleResult rule) {
    List<Map<String, Object>> params = new ArrayList<>();
    for (RuleResult.Param param : rule.params()) {
      params.add(new Fields()
          .text("name", param.name())
          .number(
              "value",
              numbers.fact(
                  "rules[%s].params[%s]".formatted(rule.id(), param.name()),
                  "Threshold of rule %s: %s".formatted(rule.id(), param.name()),
                  param.value(),
                  "1"))
          .prose("text", param.text())
          .map());
    }
    return params;
  }

  private List<Map<String, Object>> hypotheses() {
    List<Map<String, Object>> all = new ArrayList<>();
    for (Diagnosis.Hypothesis hypothesis : ledger.diagnosis().hypotheses()) {
      String path = "diagnosis.hypotheses[%s]".formatted(all.size());
      all.add(new Fields()
          .text("cause", hypothesis.cause())
          .text("entity", hypothesis.entity())
          .number(
              "posterior",
              numbers.fact(
                  path + ".posterior",
                  "How strongly: " + hypothesis.cause(),
                  hypothesis.posterior(),
                  "1"))
          .number(
              "margin",
              numbers.fact(
                  path + ".decibans_margin",
                  "Margin of: " + hypothesis.cause(),
                  hypothesis.decibansMargin(),
                  "decibans"))
          .list("for", hypothesis.evidenceFor().stream().map(this::link).toList())
          .list("against", hypothesis.evidenceAgainst().stream().map(this::link).toList())
          .list(
              "next",
              hypothesis.nextEvidence().stream()
                  .map(n -> SafeText.line(n, SafeText.PROSE))
                  .toList())
          .map());
    }
    return all;
  }

  /** A finding by its letter where the report shows it, by its title where it is absent or was not observed. */
  private Map<String, Object> link(String findingId) {
    Finding finding = ledger.findings().stream()
        .filter(f -> f.id().equals(findingId))
        .findFirst()
        .orElseThrow();
    boolean shown = present.indexOf(finding) >= 0 && present.indexOf(finding) < MAX_ROWS;
    return new Fields()
        .text("tag", tags.getOrDefault(findingId, ""))
        .text("anchor", shown ? findingAnchors.getOrDefault(findingId, "") : "")
        .text("title", finding.title())
        .text("state", words(finding.state()))
        .map();
  }

  private static String words(State state) {
    return switch (state) {
      case PRESENT -> "present";
      case ABSENT -> "checked, absent";
      case NOT_OBSERVED -> "not observed";
    };
  }

  private List<Map<String, Object>> charts() {
    Map<String, List<Series>> groups = new LinkedHashMap<>();
    for (Series series : ledger.series()) {
      groups.computeIfAbsent(series.chart(), k -> new ArrayList<>()).add(series);
    }
    List<Map<String, Object>> charts = new ArrayList<>();
    groups.forEach((id, group) -> charts.add(chart(id, group)));
    return charts;
  }

  private Map<String, Object> chart(String id, List<Series> group) {
    Series head = group.get(0);
    long from = Instant.parse(head.startTs()).toEpochMilli();
    long span = Instant.parse(head.endTs()).toEpochMilli() - from;
    List<Chart.Line> lines = group.stream()
        .limit(Chart.MAX_LINES)
        .map(series -> Chart.line(lineName(series, group), series))
        .toList();
    List<Chart.Span> stated = new ArrayList<>();
    for (Coverage.Gap gap : ledger.coverage().gaps()) {
      if (gap.metric().equals("tick") && gap.fromTs() != null && gap.toTs() != null) {
        stated.add(new Chart.Span(
            Instant.parse(gap.fromTs()).toEpochMilli() - from,
            Instant.parse(gap.toTs()).toEpochMilli() - from));
      }
    }
    List<Finding> related = related(group, from, span);
    List<Chart.Band> bands = new ArrayList<>();
    for (Finding finding : related) {
      bands.add(new Chart.Band(
          new Chart.Span(
              time(finding.firstTs()).toEpochMilli() - from,
              time(finding.lastTs()).toEpochMilli() - from),
          tags.getOrDefault(finding.id(), "")));
    }
    Chart chart = new Chart(
        numbers.anchor("chart-" + id, "chart"),
        SafeText.line(head.title(), 120),
        head.unit(),
        from,
        span,
        head.stepMs(),
        lines,
        Chart.gaps(lines, stated, span, head.stepMs()),
        bands);
    Fields fields = new Fields()
        .text("anchor", chart.anchor())
        .text("title", head.title())
        .text("queryAnchor", queryAnchors.getOrDefault(head.query(), ""))
        .text("query", head.query())
        .flag("drawn", chart.drawable())
        .flag("hasGaps", !chart.gaps().isEmpty())
        .flag("cut", group.size() > Chart.MAX_LINES);
    if (group.size() > Chart.MAX_LINES) {
      fields
          .number(
              "shown",
              numbers.count("report.max_lines", "Lines drawn in one chart", Chart.MAX_LINES))
          .number(
              "lines",
              numbers.count(
                  "length(series, chart %s)".formatted(id), "Lines of chart " + id, group.size()));
    }
    for (Finding finding : related) {
      chartsOf.computeIfAbsent(finding.id(), k -> new ArrayList<>()).add(fields.map());
    }
    if (chart.drawable()) {
      Axis axis = ChartSvg.axis(chart);
      fields
          .flag("fromZero", axis.fromZero())
          .text("date", Utc.days(Instant.parse(head.startTs()), Instant.parse(head.endTs())))
          .text("bucket", Utc.duration(Duration.ofMillis(head.stepMs())))
          .verbatim("svg", ChartSvg.of(chart, description(chart, axis), pdf));
    } else {
      fields.prose("reason", missing(group));
    }
    return fields.map();
  }

  /** The shortest name that tells the lines of one chart apart. */
  private static String lineName(Series series, List<Series> group) {
    if (group.stream().allMatch(s -> s.entity().equals(series.entity()))) {
      return series.name();
    }
    return group.stream().allMatch(s -> s.name().equals(series.name()))
        ? series.entity()
        : series.entity() + ' ' + series.name();
  }

  /** Findings whose window falls into the chart: about one of its entities, or about the node as a whole. */
  private List<Finding> related(List<Series> group, long from, long span) {
    List<Finding> related = new ArrayList<>();
    for (Finding finding : present) {
      boolean about = finding.entity().equals("node")
          || group.stream()
              .anyMatch(s -> s.entity().equals(finding.entity()) || s.entity().equals("node"));
      long first = time(finding.firstTs()).toEpochMilli() - from;
      long last = time(finding.lastTs()).toEpochMilli() - from;
      if (about && last >= 0 && first <= span && related.size() < MAX_BANDS) {
        related.add(finding);
      }
    }
    return related;
  }

  private static String description(Chart chart, Axis axis) {
    StringBuilder text = new StringBuilder("Line chart over time, ")
        .append(Utc.window(
            Instant.ofEpochMilli(chart.startMillis()),
            Instant.ofEpochMilli(chart.startMillis() + chart.spanMillis())))
        .append(" UTC; value axis from ")
        .append(axis.ticks().get(0).label())
        .append(" to ")
        .append(axis.ticks().get(axis.ticks().size() - 1).label())
        .append("; lines: ")
        .append(String.join(", ", chart.lines().stream().map(Chart.Line::name).toList()));
    if (!chart.bands().isEmpty()) {
      text.append("; windows of findings: ")
          .append(String.join(", ", chart.bands().stream().map(Chart.Band::tag).toList()));
    }
    for (Chart.Span gap : chart.gaps()) {
      text.append("; no data ")
          .append(Utc.window(
              Instant.ofEpochMilli(chart.startMillis() + gap.from()),
              Instant.ofEpochMilli(chart.startMillis() + gap.to())));
    }
    return text.append('.').toString();
  }

  /** Why a chart is empty, as the recording says it. */
  private String missing(List<Series> group) {
    for (Coverage.Gap gap : ledger.coverage().gaps()) {
      boolean same = group.stream()
          .anyMatch(s -> s.entity().equals(gap.entity()) && !s.entity().equals("node"));
      boolean table = group.stream()
          .anyMatch(
              s -> s.chart().equals(gap.metric()) || gap.metric().startsWith(s.chart() + '.'));
      if (same || table) {
        return gap.metric() + " on " + gap.entity() + ": " + gap.reason();
      }
    }
    return "the recording holds fewer than two values for it, and states no reason";
  }

  private Fields rulesIn(State state) {
    List<Map<String, Object>> rows = new ArrayList<>();
    ledger.rules().stream()
        .filter(r -> r.state() == state)
        .sorted(Comparator.comparing(RuleResult::severity).reversed().thenComparing(RuleResult::id))
        .forEach(rule -> rows.add(new Fields()
            .text("id", rule.id())
            .text("title", rule.title())
            .text("severity", rule.severity().word())
            .text("rulebook", rule.rulebook())
            .prose("reason", rule.reason().isEmpty() ? explanation(rule) : rule.reason())
            .text("requires", String.join(", ", rule.requires()))
            .text("query", rule.query())
            .text("queryAnchor", queryAnchors.getOrDefault(rule.query(), ""))
            .map()));
    boolean same =
        rows.size() > 1 && rows.stream().map(r -> r.get("reason")).distinct().count() == 1;
    return table("rules, " + state.word(), rows, rows.size()).flag("alike", same);
  }

  private String explanation(RuleResult rule) {
    return ledger.findings().stream()
        .filter(f -> f.rule().equals(rule.id()) && f.state() == rule.state())
        .map(Finding::explanation)
        .findFirst()
        .orElse("");
  }

  private List<Map<String, Object>> bundles() {
    List<Map<String, Object>> all = new ArrayList<>();
    for (AnalyzedBundle bundle : ledger.bundles()) {
      String path = "bundles[%s]".formatted(bundle.ordinal());
      Instant first = Instant.parse(bundle.startTs());
      Instant last = Instant.parse(bundle.endTs());
      List<Map<String, Object>> inventory = new ArrayList<>();
      new TreeMap<>(bundle.inventory())
          .forEach((k, v) ->
              inventory.add(new Fields().text("name", k).text("value", v).map()));
      all.add(new Fields()
          .text("name", bundle.name())
          .text("sha256", bundle.sha256())
          .number(
              "size",
              numbers.fact(
                  path + ".size_bytes",
                  "Size of " + bundle.name(),
                  Long.toString(bundle.sizeBytes()),
                  "B"))
          .number("rows", numbers.count(path + ".rows", "Rows of " + bundle.name(), bundle.rows()))
          .text("recordingId", bundle.recordingId())
          .text("node", bundle.node())
          .text("bootId", bundle.bootId())
          .flag("simulated", bundle.simulated())
          .text("recorder", "esnode " + bundle.recorderVersion())
          .text("window", Utc.window(first, last) + " UTC")
          .text("duration", Utc.duration(Duration.between(first, last)))
          .text("trust", vouched() ? bundle.trust() : "The ledger claims: " + bundle.trust())
          .prose("trustReason", bundle.trustReason())
          .text("keyId", or(bundle.keyId(), "none"))
          .text("label", or(bundle.signerLabel(), ""))
          .text("manifestSha256", bundle.manifestSha256())
          .part("inventory", table(path + ".inventory", inventory, inventory.size()))
          .map());
    }
    return all;
  }

  private List<Map<String, Object>> commands() {
    List<String> names =
        ledger.bundles().stream().map(AnalyzedBundle::name).map(Shell::file).toList();
    String files = String.join(" ", names);
    String unsigned = trust == TrustState.UNSIGNED && vouched() ? " --unsigned" : "";
    String key = trust == TrustState.SIGNER_UNKNOWN ? " --key signer.pub" : "";
    StringBuilder sums = new StringBuilder("sha256sum --check <<'END'\n");
    for (AnalyzedBundle bundle : ledger.bundles()) {
      sums.append(bundle.sha256())
          .append("  ")
          .append(bundle.name().replace('\n', '?'))
          .append('\n');
    }
    List<Map<String, Object>> commands = new ArrayList<>();
    commands.add(command(
        "The files are the ones this report was made from.", sums.append("END").toString()));
    if (unsigned.isEmpty()) {
      commands.add(command(
          "The signature holds, and you know who signed. Get the signer's public key by a way of your own, not"
              + " with this report.",
          "esnode verify --key signer.pub " + files));
    } else {
      commands.add(command(
          "There is no signature to check; this says so, with a status of its own.",
          "esnode verify " + files));
    }
    commands.add(command(
        "The analysis gives the same ledger, byte for byte: the digest must be " + ledgerSha256
            + ".",
        "esnode analyze%s%s --out check.analysis.json %s\nsha256sum check.analysis.json"
            .formatted(unsigned, key, files)));
    example()
        .ifPresent(figure -> commands.add(command(
            "One figure by hand: column %s%s must be %s (%s)."
                .formatted(
                    figure.column(),
                    figure.key().isEmpty() ? "" : ", row " + figure.key() + ",",
                    figure.value(),
                    figure.id()),
            "esnode query %s %s".formatted(names.get(0), Shell.word(sql(figure.query()))))));
    return commands;
  }

  private static Map<String, Object> command(String what, String line) {
    return new Fields()
        .prose("what", what)
        .code("line", line)
        .flag("brief", line.lines().count() <= 25)
        .map();
  }

  /** A figure of the worst finding, or any. */
  private Optional<Figure> example() {
    return present.stream()
        .flatMap(f -> f.figures().stream())
        .findFirst()
        .map(ledger::figure)
        .or(() -> ledger.figures().stream().findFirst());
  }

  private String sql(String queryId) {
    return ledger.queries().stream()
        .filter(q -> q.id().equals(queryId))
        .map(q -> q.sql().strip())
        .findFirst()
        .orElseThrow();
  }

  private List<String> notPerformed() {
    List<String> all = new ArrayList<>(ledger.notPerformed().stream()
        .limit(MAX_ROWS)
        .map(n -> SafeText.line(n, SafeText.PROSE))
        .toList());
    all.add("Comparison of this rendering with a second renderer: not performed.");
    return all;
  }

  private Fields engine() {
    List<Map<String, Object>> settings = new ArrayList<>();
    new TreeMap<>(ledger.engine().settings())
        .forEach(
            (k, v) -> settings.add(new Fields().text("name", k).text("value", v).map()));
    return new Fields()
        .text("name", ledger.engine().name() + ' ' + ledger.engine().version())
        .list("settings", settings);
  }

  private List<Map<String, Object>> figures() {
    List<Map<String, Object>> rows = new ArrayList<>();
    for (Figure figure : first(ledger.figures())) {
      rows.add(new Fields()
          .text("anchor", numbers.figureAnchor(figure.id()))
          .text("id", figure.id())
          .text("label", figure.label())
          .text("exact", figure.value())
          .text("unit", figure.unit().equals("1") ? "" : figure.unit())
          .text("query", figure.query())
          .text("queryAnchor", queryAnchors.getOrDefault(figure.query(), ""))
          .text("column", figure.column())
          .text("key", figure.key())
          .number("rows", numbers.plain(Long.toString(figure.rowCount()), "1"))
          .text("locator", or(figure.rowLocatorSha256(), ""))
          .text("coverage", figure.coverage())
          .prose("method", figure.method())
          .text("parameters", parameters(figure.parameters()))
          .map());
    }
    return rows;
  }

  private static String parameters(Map<String, String> parameters) {
    List<String> all = new ArrayList<>();
    new TreeMap<>(parameters).forEach((k, v) -> all.add(k + " = " + v));
    return String.join(", ", all);
  }

  private List<Map<String, Object>> queries() {
    List<Map<String, Object>> rows = new ArrayList<>();
    for (Query query : first(ledger.queries())) {
      rows.add(new Fields()
          .text("anchor", queryAnchors.getOrDefault(query.id(), "queries"))
          .text("id", query.id())
          .text("sha256", query.sha256())
          .code("sql", query.sql().strip())
          .flag("brief", query.sql().lines().count() <= 25)
          .map());
    }
    return rows;
  }

  /** Everything that shapes a page besides the ledger: template, style sheets. */
  private static String templateSha256() {
    return Assets.sha256((Assets.text("templates/incident/report.ftlh")
            + Assets.text("templates/theme.css")
            + Assets.text("templates/report.css")
            + Assets.text("templates/screen.css")
            + Assets.text("templates/paper.css"))
        .getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }

  private static <T> List<T> first(List<T> rows) {
    return rows.subList(0, Math.min(rows.size(), MAX_ROWS));
  }

  /** A, B, … Z, AA, AB, …: letters, so that no one takes them for figures. */
  static String tag(int index) {
    String tag = "";
    for (int i = index; i >= 0; i = i / 26 - 1) {
      tag = (char) ('A' + i % 26) + tag;
    }
    return tag;
  }

  private static Instant time(@Nullable String text) {
    return text == null ? Instant.EPOCH : Instant.parse(text);
  }

  private static String or(@Nullable String text, String otherwise) {
    return text == null ? otherwise : text;
  }
}
