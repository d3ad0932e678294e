package io.esnode.report;

import io.esnode.ledger.Coverage;
import io.esnode.ledger.Finding;
import io.esnode.ledger.Ledger;
import io.esnode.ledger.Series;
import io.esnode.ledger.ShortNames;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The charts of a report: which lines share one, which findings are marked in it, and why one is empty. */
final class Charts {
  private static final int MAX_BANDS = 9;

  private final Ledger ledger;
  private final PresentFindings present;
  private final CitedQueries queries;
  private final Numbers numbers;
  private final boolean pdf;
  private final ShortNames names;
  private final List<Map<String, Object>> charts = new ArrayList<>();
  private final Map<String, List<Map<String, Object>>> byFinding = new HashMap<>();

  Charts(
      Ledger ledger, PresentFindings present, CitedQueries queries, Numbers numbers, boolean pdf) {
    this.ledger = ledger;
    this.present = present;
    this.queries = queries;
    this.numbers = numbers;
    this.pdf = pdf;
    this.names = ShortNames.of(ledger);
    Map<String, List<Series>> groups = new LinkedHashMap<>();
    for (Series series : ledger.series()) {
      groups.computeIfAbsent(series.chart(), k -> new ArrayList<>()).add(series);
    }
    groups.forEach((id, group) -> parts(group).forEach(part -> charts.add(chart(id, part, group))));
  }

  Fields fields() {
    return new Fields().list("charts", charts);
  }

  /** The charts in which a finding is marked. */
  List<Map<String, Object>> showing(Finding finding) {
    return byFinding.getOrDefault(finding.id(), List.of());
  }

  /** One entity's lines belong together; where there are more entities than a chart has lines, a second chart takes them. */
  private static List<List<Series>> parts(List<Series> group) {
    boolean oneLineEach = group.stream().map(Series::entity).distinct().count() == group.size();
    if (!oneLineEach || group.size() <= Chart.MAX_LINES) {
      return List.of(group);
    }
    int end = Math.min(group.size(), 2 * Chart.MAX_LINES);
    return List.of(group.subList(0, Chart.MAX_LINES), group.subList(Chart.MAX_LINES, end));
  }

  /** @param whole all lines of the chart, of which {@code group} is a part */
  private Map<String, Object> chart(String id, List<Series> group, List<Series> whole) {
    Series head = group.get(0);
    Window window = Window.of(head.startTs(), head.endTs());
    List<PresentFindings.Marked> marked = marked(group, window);
    Chart chart = chart(id, group, window, marked);
    Fields fields = new Fields()
        .text("anchor", chart.anchor())
        .text("title", chart.title())
        .text("queryAnchor", queries.anchor(head.query()))
        .text("query", head.query())
        .flag("drawn", chart.drawable())
        .flag("hasGaps", !chart.gaps().isEmpty())
        .flag("cut", drawn(whole) < whole.size());
    if (drawn(whole) < whole.size()) {
      fields
          .number(
              "shown", numbers.count("report.max_lines", "Lines drawn of one chart", drawn(whole)))
          .number(
              "lines",
              numbers.count(
                  "length(series, chart %s)".formatted(id), "Lines of chart " + id, whole.size()));
    }
    if (chart.drawable()) {
      Axis axis = ChartSvg.axis(chart);
      fields
          .flag("fromZero", axis.fromZero())
          .text("date", Utc.days(window.from(), window.to()))
          .text("bucket", Utc.duration(Duration.ofMillis(head.stepMs())))
          .verbatim("svg", ChartSvg.of(chart, description(chart, axis), pdf));
    } else {
      fields.prose("reason", missing(group));
    }
    for (PresentFindings.Marked finding : marked) {
      byFinding.computeIfAbsent(finding.finding().id(), k -> new ArrayList<>()).add(fields.map());
    }
    return fields.map();
  }

  private Chart chart(
      String id, List<Series> group, Window window, List<PresentFindings.Marked> marked) {
    Series head = group.get(0);
    long from = window.from().toEpochMilli();
    long span = window.to().toEpochMilli() - from;
    List<Chart.Line> lines = group.stream()
        .limit(Chart.MAX_LINES)
        .map(series -> Chart.line(lineName(series, group), series))
        .toList();
    List<Chart.Span> missed = ledger.coverage().gaps().stream()
        .filter(g -> g.metric().equals("tick"))
        .flatMap(g -> Window.of(g).stream())
        .map(w -> w.since(from))
        .toList();
    return new Chart(
        numbers.anchor("chart-" + id, "chart"),
        SafeText.line(title(group), 120),
        head.unit(),
        from,
        span,
        head.stepMs(),
        lines,
        Chart.gaps(lines, missed, span, head.stepMs()),
        marked.stream()
            .map(m -> new Chart.Band(m.window().since(from), m.letter()))
            .toList());
  }

  private static int drawn(List<Series> whole) {
    return parts(whole).stream()
        .mapToInt(p -> Math.min(p.size(), Chart.MAX_LINES))
        .sum();
  }

  private String title(List<Series> group) {
    Series head = group.get(0);
    boolean part =
        ledger.series().stream().filter(s -> s.chart().equals(head.chart())).count() > group.size();
    return part && group.size() > 1
        ? "%s: %s to %s"
            .formatted(
                head.title(),
                names.in(head.entity()),
                names.in(group.get(group.size() - 1).entity()))
        : head.title();
  }

  /** The shortest name that tells the lines of one chart apart. */
  private String lineName(Series series, List<Series> group) {
    if (group.stream().allMatch(s -> s.entity().equals(series.entity()))) {
      return series.name();
    }
    return group.stream().allMatch(s -> s.name().equals(series.name()))
        ? names.in(series.entity())
        : names.in(series.entity()) + ' ' + series.name();
  }

  /** Findings whose window falls into the chart: about one of its entities, or about the node as a whole. */
  private List<PresentFindings.Marked> marked(List<Series> group, Window window) {
    return present.all().stream()
        .filter(m -> about(m.finding(), group))
        .filter(m ->
            !m.window().to().isBefore(window.from()) && !m.window().from().isAfter(window.to()))
        .limit(MAX_BANDS)
        .toList();
  }

  private static boolean about(Finding finding, List<Series> group) {
    return finding.entity().equals("node")
        || group.stream()
            .anyMatch(s -> s.entity().equals(finding.entity()) || s.entity().equals("node"));
  }

  private static String description(Chart chart, Axis axis) {
    StringBuilder text = new StringBuilder("Line chart over time, ")
        .append(words(chart, new Chart.Span(0, chart.spanMillis())))
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
      text.append("; no data ").append(words(chart, gap));
    }
    return text.append('.').toString();
  }

  private static String words(Chart chart, Chart.Span span) {
    return Utc.window(
        Instant.ofEpochMilli(chart.startMillis() + span.from()),
        Instant.ofEpochMilli(chart.startMillis() + span.to()));
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
        return names.in(gap.metric() + " on " + gap.entity() + ": " + gap.reason());
      }
    }
    return "the recording holds fewer than two values for it, and states no reason";
  }
}
