package io.esnode.report;

import io.esnode.ledger.Series;
import java.util.ArrayList;
import java.util.List;

/**
 * One chart: the lines that share its id, what is missing, and which findings fall into it. Times are ms since the chart's
 * left edge. Immutable.
 *
 * @param anchor id of the chart in the page, safe there
 * @param startMillis left edge, ms since 1970
 * @param spanMillis width
 * @param gaps stretches in which nothing was recorded, in time order, not overlapping
 * @param bands windows of findings
 */
record Chart(
    String anchor,
    String title,
    String unit,
    long startMillis,
    long spanMillis,
    long stepMillis,
    List<Line> lines,
    List<Span> gaps,
    List<Band> bands) {
  /** More lines than this cannot be told apart by dash pattern. */
  static final int MAX_LINES = 8;

  Chart {
    lines = List.copyOf(lines);
    gaps = List.copyOf(gaps);
    bands = List.copyOf(bands);
  }

  /** From and to, ms since the chart's left edge. */
  record Span(long from, long to) {}

  /**
   * The window of a finding.
   *
   * @param tag the letter the finding has in this report
   */
  record Band(Span span, String tag) {}

  /** One line; a bucket without data breaks it. */
  record Line(String name, List<Bucket> buckets) {
    Line {
      buckets = List.copyOf(buckets);
    }
  }

  /** Smallest and largest value in one bucket. */
  record Bucket(long offset, double min, double max) {}

  /** Whether there is anything to draw: one point is no line. */
  boolean drawable() {
    return spanMillis > 0
        && stepMillis > 0
        && lines.stream().anyMatch(l -> l.buckets().size() >= 2);
  }

  static Line line(String name, Series series) {
    List<Bucket> buckets = new ArrayList<>(series.points().size());
    for (Series.Point point : series.points()) {
      buckets.add(new Bucket(
          point.offsetMs(), Double.parseDouble(point.min()), Double.parseDouble(point.max())));
    }
    return new Line(SafeText.line(name, 60), buckets);
  }

  /**
   * Where no line has data for longer than one and a half buckets, together with the gaps that the recording states.
   *
   * @param stated gaps of whole ticks
   */
  static List<Span> gaps(List<Line> lines, List<Span> stated, long span, long step) {
    List<Span> covered = new ArrayList<>();
    for (Line line : lines) {
      for (Bucket bucket : line.buckets()) {
        covered.add(new Span(bucket.offset(), bucket.offset() + step));
      }
    }
    covered.sort((a, b) -> Long.compare(a.from(), b.from()));
    List<Span> all = new ArrayList<>();
    long reached = 0;
    for (Span bucket : covered) {
      if (bucket.from() - reached > step / 2) {
        all.add(new Span(reached, bucket.from()));
      }
      reached = Math.max(reached, bucket.to());
    }
    if (span - reached > step * 3 / 2) {
      all.add(new Span(reached, span));
    }
    for (Span gap : stated) {
      Span inside = new Span(Math.max(0, gap.from()), Math.min(span, gap.to()));
      if (inside.to() > inside.from()) {
        all.add(inside);
      }
    }
    return merged(all);
  }

  private static List<Span> merged(List<Span> spans) {
    List<Span> sorted = new ArrayList<>(spans);
    sorted.sort((a, b) -> Long.compare(a.from(), b.from()));
    List<Span> merged = new ArrayList<>();
    for (Span span : sorted) {
      Span last = merged.isEmpty() ? null : merged.get(merged.size() - 1);
      if (last != null && span.from() <= last.to()) {
        merged.set(merged.size() - 1, new Span(last.from(), Math.max(last.to(), span.to())));
      } else {
        merged.add(span);
      }
    }
    return merged;
  }
}
