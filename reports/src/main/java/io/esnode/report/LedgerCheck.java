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
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A ledger is a file from outside: what a report takes for granted is checked here, once. */
final class LedgerCheck {
  /** The first and last moment a report prints; beyond them calendars get strange. */
  private static final Instant EARLIEST = Instant.parse("1970-01-01T00:00:00Z");

  private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");

  private LedgerCheck() {}

  static void check(Ledger ledger) throws ReportException {
    time("as_of", ledger.asOf());
    if (ledger.bundles().isEmpty()) {
      throw new ReportException(
          "bundles: empty, expected at least one; there is no report without evidence");
    }
    trust("trust", ledger.trust());
    for (int i = 0; i < ledger.bundles().size(); i++) {
      AnalyzedBundle bundle = ledger.bundles().get(i);
      window("bundles[%s]".formatted(i), bundle.startTs(), bundle.endTs());
      trust("bundles[%s].trust".formatted(i), bundle.trust());
    }
    for (int i = 0; i < ledger.coverage().gaps().size(); i++) {
      Coverage.Gap gap = ledger.coverage().gaps().get(i);
      optionalWindow("coverage.gaps[%s]".formatted(i), gap.fromTs(), gap.toTs());
    }
    if (!Quantity.isDecimal(ledger.coverage().ratio())) {
      throw new ReportException("coverage.ratio: found %s, expected a decimal"
          .formatted(quoted(ledger.coverage().ratio())));
    }
    references(ledger);
    series(ledger.series());
  }

  private static void references(Ledger ledger) throws ReportException {
    Set<String> queries =
        unique("queries", ledger.queries().stream().map(Query::id).toList());
    Set<String> figures =
        unique("figures", ledger.figures().stream().map(Figure::id).toList());
    Set<String> findings =
        unique("findings", ledger.findings().stream().map(Finding::id).toList());
    unique("rules", ledger.rules().stream().map(RuleResult::id).toList());
    for (Figure figure : ledger.figures()) {
      known("figure " + quoted(figure.id()), "query", figure.query(), queries);
    }
    for (Series series : ledger.series()) {
      known("series " + quoted(series.name()), "query", series.query(), queries);
    }
    for (Finding finding : ledger.findings()) {
      String place = "finding " + quoted(finding.id());
      for (String figure : finding.figures()) {
        known(place, "figure", figure, figures);
      }
      optionalWindow(place, finding.firstTs(), finding.lastTs());
      if (finding.state() == State.PRESENT
          && (finding.firstTs() == null || finding.lastTs() == null)) {
        throw new ReportException(place + ": present, but without first_ts and last_ts");
      }
    }
    for (Diagnosis.Hypothesis hypothesis : ledger.diagnosis().hypotheses()) {
      String place = "hypothesis " + quoted(hypothesis.cause());
      for (String finding : hypothesis.evidenceFor()) {
        known(place, "finding", finding, findings);
      }
      for (String finding : hypothesis.evidenceAgainst()) {
        known(place, "finding", finding, findings);
      }
    }
  }

  private static void series(List<Series> all) throws ReportException {
    Map<String, Series> charts = new HashMap<>();
    for (int i = 0; i < all.size(); i++) {
      Series series = all.get(i);
      String place = "series[%s]".formatted(i);
      window(place, series.startTs(), series.endTs());
      Series first = charts.putIfAbsent(series.chart(), series);
      if (first != null
          && !(first.unit().equals(series.unit())
              && first.startTs().equals(series.startTs())
              && first.endTs().equals(series.endTs())
              && first.stepMs() == series.stepMs())) {
        throw new ReportException("%s: unit, window or step differ from the other lines of chart %s"
            .formatted(place, quoted(series.chart())));
      }
      if (series.stepMs() <= 0) {
        throw new ReportException(
            "%s.step_ms: found %s, expected more than 0".formatted(place, series.stepMs()));
      }
      points(place, series);
    }
  }

  private static void points(String place, Series series) throws ReportException {
    long span = Instant.parse(series.endTs()).toEpochMilli()
        - Instant.parse(series.startTs()).toEpochMilli();
    long previous = -1;
    for (int i = 0; i < series.points().size(); i++) {
      Series.Point point = series.points().get(i);
      if (point.offsetMs() <= previous || point.offsetMs() > span) {
        throw new ReportException(
            "%s.points[%s]: offset %s ms, expected more than %s and at most %s"
                .formatted(place, i, point.offsetMs(), previous, span));
      }
      previous = point.offsetMs();
      if (!Quantity.isDecimal(point.min()) || !Quantity.isDecimal(point.max())) {
        throw new ReportException("%s.points[%s]: found %s and %s, expected decimals"
            .formatted(place, i, quoted(point.min()), quoted(point.max())));
      }
      if (Double.parseDouble(point.min()) > Double.parseDouble(point.max())) {
        throw new ReportException("%s.points[%s]: minimum %s is above maximum %s"
            .formatted(place, i, point.min(), point.max()));
      }
    }
  }

  private static void trust(String place, String words) throws ReportException {
    List<String> known = new ArrayList<>();
    for (TrustState state : TrustState.values()) {
      if (state != TrustState.REFUSED) {
        known.add(state.words());
      }
    }
    if (!known.contains(words)) {
      throw new ReportException(
          "%s: found %s, expected %s".formatted(place, quoted(words), String.join(", ", known)));
    }
  }

  private static Set<String> unique(String place, List<String> ids) throws ReportException {
    Set<String> seen = new HashSet<>();
    for (String id : ids) {
      if (!seen.add(id)) {
        throw new ReportException("%s: id %s stands there twice".formatted(place, quoted(id)));
      }
    }
    return seen;
  }

  private static void known(String place, String kind, String id, Set<String> ids)
      throws ReportException {
    if (!ids.contains(id)) {
      throw new ReportException(
          "%s names %s %s, which the ledger does not carry".formatted(place, kind, quoted(id)));
    }
  }

  private static void optionalWindow(String place, @Nullable String from, @Nullable String to)
      throws ReportException {
    if (from != null && to != null) {
      window(place, from, to);
    } else if (from != null) {
      time(place, from);
    } else if (to != null) {
      time(place, to);
    }
  }

  private static void window(String place, String from, String to) throws ReportException {
    if (time(place, to).isBefore(time(place, from))) {
      throw new ReportException(
          "%s: ends at %s, before it starts at %s".formatted(place, to, from));
    }
  }

  private static Instant time(String place, String text) throws ReportException {
    try {
      Instant time = Instant.parse(text);
      if (!time.isBefore(EARLIEST) && !time.isAfter(LATEST)) {
        return time;
      }
    } catch (DateTimeException e) {
      // said below, with the place
    }
    throw new ReportException("%s: found %s, expected a time such as 2026-11-20T14:00:00Z"
        .formatted(place, quoted(text)));
  }

  private static String quoted(String text) {
    return '"' + SafeText.line(text, 60) + '"';
  }
}
