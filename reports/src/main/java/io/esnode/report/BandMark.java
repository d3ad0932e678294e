package io.esnode.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Where the window of a finding is drawn above the plot.
 *
 * @param from left edge, {@code to} right edge, in units of the picture
 * @param row 0 is next to the plot
 * @param moment too short to have a width: drawn as a line
 * @param tag the finding's letter, right of the mark
 */
record BandMark(double from, double to, int row, boolean moment, String tag) {
  /** Findings whose windows overlap stand above each other; from this row on they share the last one. */
  private static final int ROWS = 4;

  /** Puts each window into the first row in which it and its letter are free of the others; moments first. */
  static List<BandMark> place(Chart chart, double left, double right) {
    List<BandMark> marks = new ArrayList<>();
    double scale = (right - left) / chart.spanMillis();
    for (Chart.Band band : chart.bands()) {
      double from = Math.max(left, left + band.span().from() * scale);
      double to = Math.min(right, left + band.span().to() * scale);
      boolean moment = to - from < 3;
      double middle = (from + to) / 2;
      marks.add(new BandMark(moment ? middle : from, moment ? middle : to, 0, moment, band.tag()));
    }
    marks.sort(Comparator.comparing((BandMark m) -> !m.moment())
        .thenComparingDouble(BandMark::from)
        .thenComparing(BandMark::tag));
    List<BandMark> placed = new ArrayList<>();
    for (BandMark mark : marks) {
      int row = 0;
      while (row < ROWS - 1 && !mark.free(placed, row)) {
        row++;
      }
      placed.add(new BandMark(mark.from, mark.to, row, mark.moment, mark.tag));
    }
    return placed;
  }

  private boolean free(List<BandMark> placed, int row) {
    return placed.stream()
        .allMatch(p -> p.row != row || p.right() < from - 3 || right() < p.from - 3);
  }

  private double right() {
    return to + 6 + Alphabet.get().width(tag, 10.5);
  }
}
