package io.esnode.cli;

import io.esnode.ledger.AnalyzedBundle;
import io.esnode.ledger.Coverage;
import io.esnode.ledger.Figure;
import io.esnode.ledger.Finding;
import io.esnode.ledger.Ledger;
import io.esnode.ledger.RuleResult;
import io.esnode.ledger.Severity;
import io.esnode.ledger.ShortNames;
import io.esnode.ledger.State;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A ledger for people at a terminal: who vouches for it, the verdict, findings worst first, how complete the recording is,
 * what was not observed and why, how to check. Everything that comes from evidence is neutralised.
 */
final class AnalysisText {
  /** More findings than a screen shows help nobody; the ledger has them all. */
  private static final int MAX_FINDINGS = 50;

  private static final int MAX_EVENTS = 30;
  private static final int MAX_GAPS = 10;
  private static final int WIDTH = 100;

  private final PrintWriter out;
  private final List<Path> files;

  AnalysisText(PrintWriter out, List<Path> files) {
    this.out = out;
    this.files = files;
  }

  void print(List<String> stamps, Ledger ledger) {
    ShortNames names = ShortNames.of(ledger);
    stamps.forEach(out::println);
    if (ledger.simulated()) {
      out.println("SIMULATED  rows of these bundles do not come from a machine's own sensors:"
          + " no evidence about hardware");
    }
    out.println();
    out.println(ledger.diagnosis().verdict().name().replace('_', ' '));
    wrapped("  ", names.in(ledger.diagnosis().summary()));
    findings(ledger, names);
    timeline(ledger, names);
    recording(ledger, names);
    silence(ledger);
    if (!ledger.notPerformed().isEmpty()) {
      heading("Not performed");
      ledger.notPerformed().forEach(n -> wrapped("  ", n));
    }
    check(ledger);
  }

  private void heading(String text) {
    out.println();
    out.println(text);
  }

  private void findings(Ledger ledger, ShortNames names) {
    List<Finding> present =
        ledger.findings().stream().filter(f -> f.state() == State.PRESENT).toList();
    if (present.isEmpty()) {
      return;
    }
    heading(present.size() == 1 ? "1 finding" : present.size() + " findings, worst first");
    List<List<Finding>> alike = alike(present, names);
    for (List<Finding> group : alike.subList(0, Math.min(MAX_FINDINGS, alike.size()))) {
      finding(group, names);
    }
    if (alike.size() > MAX_FINDINGS) {
      out.println(
          "  and %s more: --format json lists them all".formatted(alike.size() - MAX_FINDINGS));
    }
  }

  /** Eight GPUs of which the same is said are one paragraph, at the place of the first. */
  private static List<List<Finding>> alike(List<Finding> findings, ShortNames names) {
    Map<List<String>, List<Finding>> groups = new LinkedHashMap<>();
    for (Finding finding : findings) {
      groups
          .computeIfAbsent(
              List.of(finding.rule(), finding.severity().word(), names.in(finding.explanation())),
              key -> new ArrayList<>())
          .add(finding);
    }
    return List.copyOf(groups.values());
  }

  private void finding(List<Finding> group, ShortNames names) {
    Finding first = group.get(0);
    List<String> entities = group.stream().map(Finding::entity).distinct().toList();
    out.println("  %-8s  %s  [%s]"
        .formatted(
            first.severity().name(),
            Text.oneLine(first.title() + ": " + names.in(entities.get(0))),
            first.rule()));
    if (entities.size() > 1) {
      wrapped(
          "            ",
          "likewise " + names.in(String.join(", ", entities.subList(1, entities.size()))));
    }
    long rows = group.stream().mapToLong(f -> f.evidence().rowCount()).sum();
    out.println("            %s, %s".formatted(span(group), counted(rows, "row")));
    wrapped("            ", names.in(first.explanation()));
  }

  private static String span(List<Finding> group) {
    Optional<String> first =
        group.stream().map(Finding::firstTs).flatMap(Stream::ofNullable).min(String::compareTo);
    Optional<String> last =
        group.stream().map(Finding::lastTs).flatMap(Stream::ofNullable).max(String::compareTo);
    return span(first.orElse(null), last.orElse(null));
  }

  /** What came first: worst first hides the order in which things went wrong. */
  private void timeline(Ledger ledger, ShortNames names) {
    List<Finding> events = ledger.findings().stream()
        .filter(f -> f.state() == State.PRESENT && f.firstTs() != null)
        .filter(f -> f.severity().compareTo(Severity.WARNING) >= 0)
        .sorted(Comparator.comparing(f -> String.valueOf(f.firstTs())))
        .toList();
    if (events.size() < 2) {
      return;
    }
    heading("In the order of time (UTC)");
    for (Finding event : events.subList(0, Math.min(MAX_EVENTS, events.size()))) {
      out.println("  %s  %-8s  %s"
          .formatted(
              moment(String.valueOf(event.firstTs())),
              event.severity().name(),
              Text.oneLine(names.in(event.entity()) + "  " + event.rule())));
    }
    if (events.size() > MAX_EVENTS) {
      out.println("  and %s more".formatted(events.size() - MAX_EVENTS));
    }
  }

  private void recording(Ledger ledger, ShortNames names) {
    Coverage coverage = ledger.coverage();
    heading("Recording");
    for (AnalyzedBundle bundle : ledger.bundles()) {
      wrapped(
          "  ",
          "%s: node %s, %s, %s"
              .formatted(
                  bundle.name(),
                  bundle.node(),
                  span(bundle.startTs(), bundle.endTs()),
                  counted(bundle.rows(), "row")));
    }
    wrapped(
        "  ",
        "%s of %s ticks captured (%s), %s late, %s dropped; one every %s; %s of the wall clock, its source: %s"
            .formatted(
                coverage.ticksCaptured(),
                coverage.ticksExpected(),
                percent(coverage.ratio()),
                coverage.ticksLate(),
                coverage.ticksDropped(),
                interval(coverage.intervalMs()),
                counted(coverage.clockSteps(), "step"),
                coverage.clockSource()));
    if (coverage.recorderCpuMsPerTick() != null) {
      Long rss = coverage.recorderMaxRssBytes();
      out.println("  the recorder took %s ms of CPU per tick%s"
          .formatted(
              coverage.recorderCpuMsPerTick(),
              rss == null
                  ? ""
                  : " and at most " + String.format(Locale.ROOT, "%.1f MiB", rss / 1048576.0)));
    }
    List<Coverage.Gap> gaps =
        coverage.gaps().stream().filter(g -> !g.isNotGiven()).toList();
    int unsupported = coverage.gaps().size() - gaps.size();
    if (unsupported > 0) {
      out.println("  %s that a GPU, its driver or the NVML library does not give"
          .formatted(counted(unsupported, "reading")));
    }
    if (!gaps.isEmpty()) {
      out.println("  %s:".formatted(counted(gaps.size(), "gap")));
      for (Coverage.Gap gap : gaps.subList(0, Math.min(MAX_GAPS, gaps.size()))) {
        wrapped(
            "    ",
            "%s %s%s: %s"
                .formatted(
                    names.in(gap.entity()),
                    gap.metric(),
                    gap.fromTs() == null ? "" : " " + span(gap.fromTs(), gap.toTs()),
                    names.in(gap.reason())));
      }
      if (gaps.size() > MAX_GAPS) {
        out.println(
            "    and %s more: --format json lists them all".formatted(gaps.size() - MAX_GAPS));
      }
    }
  }

  private void silence(Ledger ledger) {
    List<RuleResult> deaf =
        ledger.rules().stream().filter(r -> r.state() == State.NOT_OBSERVED).toList();
    List<RuleResult> absent =
        ledger.rules().stream().filter(r -> r.state() == State.ABSENT).toList();
    if (!deaf.isEmpty()) {
      heading("Not observed: %s of %s rules had nothing to judge by"
          .formatted(deaf.size(), ledger.rules().size()));
      deaf.forEach(r -> wrapped("  ", r.id() + ": " + r.reason()));
    }
    if (!absent.isEmpty()) {
      heading("Looked for and not found");
      wrapped("  ", absent.stream().map(RuleResult::id).collect(Collectors.joining(", ")));
    }
  }

  private void check(Ledger ledger) {
    heading("Check it yourself");
    String named = files.stream().map(f -> quoted(f.toString())).collect(Collectors.joining(" "));
    Optional<Finding> worst =
        ledger.findings().stream().filter(f -> f.state() == State.PRESENT).findFirst();
    worst.ifPresent(f -> out.println("  esnode query %s --rule %s".formatted(named, f.rule())));
    worst
        .filter(f -> !f.evidence().firstRowIds().isEmpty())
        .flatMap(
            f -> ledger.rules().stream().filter(r -> r.id().equals(f.rule())).findFirst())
        .ifPresent(r -> {
          String table = r.requires().get(0).substring(0, r.requires().get(0).indexOf('.'));
          String ids = worst.orElseThrow().evidence().firstRowIds().stream()
              .limit(3)
              .map(String::valueOf)
              .collect(Collectors.joining(", "));
          out.println("  esnode query %s 'SELECT * FROM %s WHERE row_id IN (%s)'"
              .formatted(named, table, ids));
        });
    if (worst.isEmpty()) {
      out.println("  esnode query %s 'SELECT * FROM bundle'".formatted(named));
    }
    out.println("  esnode verify %s".formatted(named));
    long figures = ledger.figures().stream().map(Figure::id).distinct().count();
    out.println("  %s in this analysis, each with its SQL: --format json"
        .formatted(counted(figures, "figure")));
  }

  private static String span(
      @org.jspecify.annotations.Nullable String first,
      @org.jspecify.annotations.Nullable String last) {
    if (first == null || last == null) {
      return first == null ? "at an unknown time" : "from " + moment(first);
    }
    String from = moment(first);
    String to = moment(last);
    if (from.equals(to)) {
      return from + " UTC";
    }
    return to.regionMatches(0, from, 0, 10)
        ? "%s to %s UTC".formatted(from, to.substring(11))
        : "%s to %s UTC".formatted(from, to);
  }

  /** {@code 2026-11-21 10:00:00.123}: milliseconds are enough for people. */
  private static String moment(String rfc3339) {
    int point = rfc3339.indexOf('.');
    return (point < 0 ? rfc3339 : rfc3339.substring(0, Math.min(point + 4, rfc3339.length())))
        .replace('T', ' ');
  }

  private static String percent(String ratio) {
    return new java.math.BigDecimal(ratio).movePointRight(2).toPlainString() + " %";
  }

  private static String interval(long ms) {
    return ms % 1000 == 0 ? ms / 1000 + " s" : ms + " ms";
  }

  private static String counted(long count, String noun) {
    return count + " " + noun + (count == 1 ? "" : "s");
  }

  /** For a POSIX shell. */
  private static String quoted(String word) {
    String safe = Text.oneLine(word);
    return safe.matches("[A-Za-z0-9_./:=@%+-]+") ? safe : "'" + safe.replace("'", "'\\''") + "'";
  }

  private void wrapped(String indent, String text) {
    String rest = Text.oneLine(text);
    List<String> lines = new ArrayList<>();
    while (indent.length() + rest.length() > WIDTH) {
      int space = rest.lastIndexOf(' ', WIDTH - indent.length());
      if (space <= 0) {
        break;
      }
      lines.add(rest.substring(0, space));
      rest = rest.substring(space + 1);
    }
    lines.add(rest);
    lines.forEach(line -> out.println(indent + line));
  }
}
