package io.esnode.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChartTest {
  private static final long START = Instant.parse("2026-11-20T14:00:00Z").toEpochMilli();

  @ParameterizedTest
  @CsvSource({
    "0, 93.2, %, 0 % … 100 %",
    "0, 12, %, 0 % … 15 %",
    "0, 6871947673, B, 0 GiB … 8 GiB",
    "0, 250000, us, 0 ms … 250 ms",
    "0, 999, us, 0 µs … 1000 µs",
    "55, 73, Cel, 55 °C … 75 °C",
    "5, 73, Cel, 0 °C … 80 °C",
    "0, 20000, 1, 0 k … 20 k",
    "0, 0, 1, 0 … 1",
    "7, 7, W, 7 W … 8 W",
    "-4, 4, ms, −4 ms … 4 ms"
  })
  void axisEndsAtRoundNumbersWithTheirUnit(double min, double max, String unit, String ends) {
    List<Axis.Tick> ticks = Axis.values(min, max, unit).ticks();

    String found = ticks.get(0).label() + " … " + ticks.get(ticks.size() - 1).label();

    assertThat(found.replace('\u00a0', ' ')).isEqualTo(ends);
    assertThat(ticks).hasSizeBetween(2, 8);
  }

  @ParameterizedTest
  @CsvSource({
    "20, 14:00:00, 14:00:20",
    "1440, 14:00, 14:20",
    "86400, 18:00, 12:00",
    "2592000, 11-26, 12-17"
  })
  void timeAxisTicksAtRoundMoments(long seconds, String first, String last) {
    List<Axis.Tick> ticks = Axis.times(START, seconds * 1000);

    assertThat(ticks.get(0).label()).isEqualTo(first);
    assertThat(ticks.get(ticks.size() - 1).label()).isEqualTo(last);
    assertThat(ticks.size()).isBetween(2, 12);
  }

  @Test
  void stretchWithoutAnyLineIsAGap() {
    Chart.Line a = line("a", 0, 1, 2, 6, 7);
    Chart.Line b = line("b", 0, 1, 2, 3, 6, 7);

    assertThat(Chart.gaps(List.of(a, b), List.of(), 8_000, 1_000))
        .containsExactly(new Chart.Span(4_000, 6_000));
    assertThat(Chart.gaps(List.of(a), List.of(new Chart.Span(5_000, 9_000)), 10_000, 1_000))
        .containsExactly(new Chart.Span(3_000, 10_000));
  }

  @Test
  void gapBreaksTheLine() {
    String svg = ChartSvg.of(chart(List.of(line("a", 0, 1, 2, 6, 7)), List.of()), "d", false);

    String line = path(svg, "s0", 0);

    assertThat(line.chars().filter(c -> c == 'M')).hasSize(2);
    assertThat(svg).contains("class=\"gap\"").contains("class=\"hatch\"");
  }

  @Test
  void rangeOfABucketIsDrawnWhole() {
    Chart.Line line = new Chart.Line(
        "a",
        List.of(
            new Chart.Bucket(0, 1, 9),
            new Chart.Bucket(1_000, 2, 8),
            new Chart.Bucket(2_000, 3, 3)));

    String svg = ChartSvg.of(chart(List.of(line), List.of()), "d", false);

    assertThat(path(svg, "t0", 0)).endsWith("Z");
    assertThat(path(svg, "s0", 0)).isNotEqualTo(path(svg, "s0", 1));
  }

  @Test
  void linesDifferWithoutColour() {
    List<Chart.Line> lines = new ArrayList<>();
    for (int i = 0; i < Chart.MAX_LINES; i++) {
      lines.add(line("line " + i, 0, 1, 2));
    }

    String svg = ChartSvg.of(chart(lines, List.of()), "d", false);

    for (int i = 0; i < Chart.MAX_LINES; i++) {
      for (int j = 0; j < i; j++) {
        assertThat(dash(svg, "s" + i)).isNotEqualTo(dash(svg, "s" + j));
      }
    }
  }

  @Test
  void pictureHasATitleADescriptionAndInThePdfAnAlternative() {
    Chart chart = chart(List.of(line("a", 0, 1)), List.of());

    assertThat(ChartSvg.of(chart, "what it shows", true))
        .contains("role=\"img\"")
        .contains("aria-labelledby=\"c-t c-d\"")
        .contains("<title id=\"c-t\">Title &lt;&amp;&quot;&gt;</title>")
        .contains("<desc id=\"c-d\">what it shows</desc>")
        .contains(" alt=\"Title &lt;&amp;&quot;&gt;. what it shows\"");
    assertThat(ChartSvg.of(chart, "what it shows", false)).doesNotContain(" alt=");
  }

  @Test
  void lettersOfOverlappingFindingsStandInRowsOfTheirOwn() {
    List<Chart.Band> bands = List.of(
        new Chart.Band(new Chart.Span(0, 6_000), "A"),
        new Chart.Band(new Chart.Span(1_000, 5_000), "B"),
        new Chart.Band(new Chart.Span(3_000, 3_000), "C"));

    String svg = ChartSvg.of(chart(List.of(line("a", 0, 1, 2)), bands), "d", false);

    Matcher tags =
        Pattern.compile("class=\"bandtag\" x=\"[^\"]*\" y=\"([^\"]*)\"").matcher(svg);
    assertThat(tags.results().map(r -> r.group(1)).distinct()).hasSize(3);
  }

  @Test
  void onePointIsNoChart() {
    Chart chart = chart(List.of(line("a", 3)), List.of());

    assertThat(chart.drawable()).isFalse();
    assertThatThrownBy(() -> ChartSvg.of(chart, "d", false))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static Chart chart(List<Chart.Line> lines, List<Chart.Band> bands) {
    return new Chart(
        "c",
        "Title <&\">",
        "ms",
        START,
        8_000,
        1_000,
        lines,
        Chart.gaps(lines, List.of(), 8_000, 1_000),
        bands);
  }

  private static Chart.Line line(String name, int... seconds) {
    List<Chart.Bucket> buckets = new ArrayList<>();
    for (int second : seconds) {
      buckets.add(new Chart.Bucket(second * 1_000L, second, second));
    }
    return new Chart.Line(name, buckets);
  }

  /** @param index in drawing order: minimum where it differs, maximum, legend */
  private static String path(String svg, String css, int index) {
    Matcher path =
        Pattern.compile("<path class=\"%s\"[^>]* d=\"([^\"]*)\"".formatted(css)).matcher(svg);
    return path.results().map(r -> r.group(1)).toList().get(index);
  }

  private static String dash(String svg, String css) {
    Matcher path = Pattern.compile(
            "<path class=\"%s\"[^>]*?(stroke-dasharray=\"[^\"]*\")? d=".formatted(css))
        .matcher(svg);
    assertThat(path.find()).isTrue();
    return String.valueOf(path.group(1));
  }
}
