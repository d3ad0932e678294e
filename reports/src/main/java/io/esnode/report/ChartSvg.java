package io.esnode.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Lays a chart out: axes, lines with their range, gaps, windows of findings, legend. The only producer of pictures in a
 * report. Colours stand in attributes for the PDF and are overridden by class in the page, for dark screens.
 */
final class ChartSvg {
  private static final int WIDTH = 720;
  private static final int LEFT = 64;
  private static final int RIGHT = 10;
  private static final int LEGEND_ROW = 17;
  private static final int PLOT = 156;
  private static final int BELOW = 22;
  private static final double PLOT_WIDTH = WIDTH - LEFT - RIGHT;
  private static final int BAND_ROW = 12;

  private static final String INK = "#1b2631";
  private static final String MUTED = "#566472";
  private static final String GRID = "#e3e8ed";
  private static final String AXIS = "#8996a3";

  /** Told apart by dash pattern too, so that the chart survives a grey printer and a colour-blind reader. */
  private static final List<Style> STYLES = List.of(
      new Style("#0b5cad", "#d3e2f1", ""),
      new Style("#b4500b", "#f3ddcd", "6 3"),
      new Style("#1f7a4d", "#d3e8dd", "2 2"),
      new Style("#7a3fa0", "#e5d8ee", "9 3 2 3"),
      new Style("#0f7c8a", "#d0e7ea", "4 2"),
      new Style("#b3254b", "#f2d4dc", "12 4"),
      new Style("#6b6200", "#e9e6c8", "1.5 2.5"),
      new Style("#4a5560", "#dde1e5", "6 2 1.5 2 1.5 2"));

  private final SvgPen pen = new SvgPen();
  private final Chart chart;
  private final Axis axis;
  private final List<BandMark> marks;
  private final int top;
  private final int height;

  private ChartSvg(Chart chart) {
    this.chart = chart;
    this.axis = axis(chart);
    this.marks = BandMark.place(chart, LEFT, WIDTH - RIGHT);
    int bandRows = marks.stream().mapToInt(m -> m.row() + 1).max().orElse(0);
    this.top = 6 + LEGEND_ROW * legendRows() + BAND_ROW * bandRows + 6;
    this.height = top + PLOT + BELOW;
  }

  /**
   * @param description what the picture shows, in words, for readers who do not see it
   * @param alt true for the PDF: openhtmltopdf takes the alternative text from an attribute, not from title and desc
   */
  static String of(Chart chart, String description, boolean alt) {
    if (!chart.drawable()) {
      throw new IllegalArgumentException("chart %s has nothing to draw".formatted(chart.anchor()));
    }
    return new ChartSvg(chart).draw(description, alt);
  }

  static Axis axis(Chart chart) {
    double min = Double.POSITIVE_INFINITY;
    double max = Double.NEGATIVE_INFINITY;
    for (Chart.Line line : chart.lines()) {
      for (Chart.Bucket bucket : line.buckets()) {
        min = Math.min(min, bucket.min());
        max = Math.max(max, bucket.max());
      }
    }
    return Axis.values(min, max, chart.unit());
  }

  private String draw(String description, boolean alt) {
    pen.open(chart.anchor(), WIDTH, height, chart.title(), description, alt);
    bands();
    gaps();
    valueAxis();
    timeAxis();
    for (int i = 0; i < chart.lines().size(); i++) {
      envelope(chart.lines().get(i), i);
    }
    for (int i = 0; i < chart.lines().size(); i++) {
      line(chart.lines().get(i), i);
    }
    legend();
    return pen.close();
  }

  private int legendRows() {
    double x = LEFT;
    int rows = 1;
    for (Chart.Line line : chart.lines()) {
      double width = legendWidth(line);
      if (x > LEFT && x + width > WIDTH - RIGHT) {
        rows++;
        x = LEFT;
      }
      x += width;
    }
    return rows;
  }

  private static double legendWidth(Chart.Line line) {
    return 30 + Alphabet.get().width(line.name(), 10.5) * 1.06 + 18;
  }

  private void legend() {
    double x = LEFT;
    double y = 14;
    for (int i = 0; i < chart.lines().size(); i++) {
      Chart.Line line = chart.lines().get(i);
      if (x > LEFT && x + legendWidth(line) > WIDTH - RIGHT) {
        x = LEFT;
        y += LEGEND_ROW;
      }
      Style style = STYLES.get(i);
      pen.path("M" + n(x) + ' ' + n(y - 3.5) + "h24", "s" + i, style.color(), "2", style.dash());
      pen.text(x + 30, y, "start", "ink", INK, line.name());
      x += legendWidth(line);
    }
  }

  /** Windows of findings: a light column through the plot, its letter above; a moment is a line. */
  private void bands() {
    for (BandMark mark : marks) {
      if (!mark.moment()) {
        pen.rect(mark.from(), top, mark.to() - mark.from(), PLOT, "band", "#fbeeea");
      }
    }
    for (BandMark mark : marks) {
      double y = top - 7 - BAND_ROW * mark.row();
      double tagWidth = Alphabet.get().width(mark.tag(), 10.5);
      boolean left = mark.to() + 5 + tagWidth > WIDTH;
      if (mark.moment()) {
        pen.path(
            "M" + n(mark.from()) + ' ' + n(y - 4) + "V" + n(top + PLOT),
            "bandline",
            "#c2410c",
            "1",
            "3 2");
      } else {
        pen.path(
            "M" + n(mark.from()) + ' ' + n(y) + "H" + n(mark.to()), "bandline", "#c2410c", "2", "");
      }
      pen.text(
          left ? mark.from() - 4 : mark.to() + 4,
          y + 3.7,
          left ? "end" : "start",
          "bandtag",
          "#9a3412",
          mark.tag());
    }
  }

  private void gaps() {
    for (Chart.Span gap : chart.gaps()) {
      double[] x = extent(gap, 1);
      pen.rect(x[0], top, x[1] - x[0], PLOT, "gap", "#eef1f4");
      pen.path(hatch(x[0], x[1]), "hatch", "#c3ccd5", "0.75", "");
      if (x[1] - x[0] > 52) {
        double middle = (x[0] + x[1]) / 2;
        pen.rect(middle - 24, top + PLOT / 2.0 - 8, 48, 15, "gap", "#eef1f4");
        pen.text(middle, top + PLOT / 2.0 + 3, "middle", "muted", MUTED, "no data");
      }
    }
  }

  /** Diagonals at 45 degrees, cut at the rectangle by hand: the PDF drawer knows no patterns. */
  private String hatch(double x0, double x1) {
    StringBuilder d = new StringBuilder();
    for (double c = x0 - PLOT + 7; c < x1; c += 7) {
      double from = Math.max(c, x0);
      double to = Math.min(c + PLOT, x1);
      if (to > from) {
        d.append('M')
            .append(n(from))
            .append(' ')
            .append(n(top + PLOT - (from - c)))
            .append('L')
            .append(n(to))
            .append(' ')
            .append(n(top + PLOT - (to - c)));
      }
    }
    return d.toString();
  }

  private void valueAxis() {
    StringBuilder grid = new StringBuilder();
    for (Axis.Tick tick : axis.ticks()) {
      grid.append('M')
          .append(LEFT)
          .append(' ')
          .append(n(y(tick.at())))
          .append('H')
          .append(WIDTH - RIGHT);
    }
    pen.path(grid.toString(), "grid", GRID, "0.75", "");
    for (Axis.Tick tick : axis.ticks()) {
      pen.text(LEFT - 8, y(tick.at()) + 3.5, "end", "muted", MUTED, tick.label());
    }
  }

  private void timeAxis() {
    double bottom = top + PLOT;
    StringBuilder marks = new StringBuilder("M" + LEFT + ' ' + n(bottom) + 'H' + (WIDTH - RIGHT));
    List<Axis.Tick> ticks = Axis.times(chart.startMillis(), chart.spanMillis());
    for (Axis.Tick tick : ticks) {
      marks
          .append('M')
          .append(n(x(tick.at())))
          .append(' ')
          .append(n(bottom))
          .append('V')
          .append(n(bottom + 4));
    }
    pen.path(marks.toString(), "axis", AXIS, "1", "");
    for (Axis.Tick tick : ticks) {
      double x = x(tick.at());
      double half = Alphabet.get().width(tick.label(), 10.5) / 2;
      if (x + half <= WIDTH && x - half >= LEFT - 26) {
        pen.text(x, bottom + 16, "middle", "muted", MUTED, tick.label());
      }
    }
    pen.text(LEFT - 30, bottom + 16, "end", "muted", MUTED, "UTC");
  }

  /** The area between smallest and largest value, under every line so that no line is hidden. */
  private void envelope(Chart.Line line, int index) {
    StringBuilder d = new StringBuilder();
    for (List<Chart.Bucket> run : runs(line)) {
      if (run.size() < 2 || run.stream().allMatch(b -> b.min() == b.max())) {
        continue;
      }
      for (int i = 0; i < run.size(); i++) {
        d.append(i == 0 ? 'M' : 'L').append(point(run.get(i), run.get(i).max()));
      }
      for (int i = run.size() - 1; i >= 0; i--) {
        d.append('L').append(point(run.get(i), run.get(i).min()));
      }
      d.append('Z');
    }
    if (!d.isEmpty()) {
      pen.area(d.toString(), "t" + index, STYLES.get(index).tint());
    }
  }

  /** The edge of that area: largest values, and smallest ones where they differ; a bucket on its own is a short dash. */
  private void line(Chart.Line line, int index) {
    StringBuilder max = new StringBuilder();
    StringBuilder min = new StringBuilder();
    for (List<Chart.Bucket> run : runs(line)) {
      if (run.size() == 1) {
        Chart.Bucket only = run.get(0);
        double from = x(only.offset());
        String width = "h" + n(Math.max(2, x(only.offset() + chart.stepMillis()) - from));
        max.append('M').append(n(from)).append(' ').append(n(y(only.max()))).append(width);
        continue;
      }
      boolean band = run.stream().anyMatch(b -> b.min() != b.max());
      for (int i = 0; i < run.size(); i++) {
        max.append(i == 0 ? 'M' : 'L').append(point(run.get(i), run.get(i).max()));
        if (band) {
          min.append(i == 0 ? 'M' : 'L').append(point(run.get(i), run.get(i).min()));
        }
      }
    }
    Style style = STYLES.get(index);
    if (!min.isEmpty()) {
      pen.path(min.toString(), "s" + index, style.color(), "0.8", style.dash());
    }
    if (!max.isEmpty()) {
      pen.path(max.toString(), "s" + index, style.color(), "1.4", style.dash());
    }
  }

  private List<List<Chart.Bucket>> runs(Chart.Line line) {
    List<List<Chart.Bucket>> runs = new ArrayList<>();
    int begin = 0;
    List<Chart.Bucket> all = line.buckets();
    for (int i = 1; i <= all.size(); i++) {
      if (i == all.size()
          || (all.get(i).offset() - all.get(i - 1).offset()) * 2 > chart.stepMillis() * 3) {
        if (i > begin) {
          runs.add(all.subList(begin, i));
        }
        begin = i;
      }
    }
    return runs;
  }

  private String point(Chart.Bucket bucket, double value) {
    return n(x(Math.min(bucket.offset() + chart.stepMillis() / 2.0, (double) chart.spanMillis())))
        + ' '
        + n(y(value));
  }

  private double x(long millis) {
    return x((double) millis);
  }

  private double x(double millis) {
    return LEFT + PLOT_WIDTH * millis / chart.spanMillis();
  }

  private double y(double value) {
    return top + PLOT * (1 - (value - axis.low()) / (axis.high() - axis.low()));
  }

  /** Left and right edge, at least {@code least} wide, inside the plot. */
  private double[] extent(Chart.Span span, double least) {
    double from = Math.max(LEFT, x(span.from()));
    double to = Math.min(WIDTH - RIGHT, Math.max(x(span.to()), from + least));
    return new double[] {Math.min(from, to - least), to};
  }

  private static String n(double value) {
    return Quantity.plain(value);
  }

  /**
   * How a line is drawn.
   *
   * @param tint of the area between minimum and maximum; opaque, because a page of paper has no layers
   * @param dash SVG dash pattern, empty for solid
   */
  private record Style(String color, String tint, String dash) {}

  static {
    if (STYLES.size() != Chart.MAX_LINES) {
      throw new IllegalStateException(
          String.format(Locale.ROOT, "%d styles for %d lines", STYLES.size(), Chart.MAX_LINES));
    }
  }
}
