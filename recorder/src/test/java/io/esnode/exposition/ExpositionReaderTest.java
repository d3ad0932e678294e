package io.esnode.exposition;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExpositionReaderTest {
  @Test
  void textOfNodeExporterIsReadWhole() throws IOException {
    Exposition read = read(resource("node_exporter.txt"), false);

    assertThat(read.troubles()).isEmpty();
    assertThat(read.whole()).isTrue();
    assertThat(read.samples()).hasSize(39);
    Sample idle = read.samples().stream()
        .filter(s -> s.series().equals("node_cpu_seconds_total{\"cpu\":\"1\",\"mode\":\"idle\"}"))
        .findFirst()
        .orElseThrow();
    assertThat(idle.type()).isEqualTo("counter");
    assertThat(idle.value()).isGreaterThan(1);
    assertThat(idle.tsMicros()).isNull();
    assertThat(type(read, "go_gc_duration_seconds_sum")).isEqualTo("summary");
  }

  @Test
  void openMetricsIsReadWithItsTimesAndWithoutItsExemplars() throws IOException {
    Exposition read = read(resource("openmetrics.txt"), true);

    assertThat(read.troubles()).isEmpty();
    assertThat(read.samples()).hasSize(7);
    Sample first = read.samples().get(0);
    assertThat(first.tsMicros()).isEqualTo(1_395_066_363_250_000L);
    assertThat(first.labels()).containsEntry("model_name", "meta/llama");
    assertThat(first.type()).isEqualTo("counter");
    assertThat(type(read, "vllm:e2e_request_latency_seconds_bucket")).isEqualTo("histogram");
    assertThat(read.samples().get(6).value()).isNaN();
  }

  @Test
  void openMetricsWithoutItsEndIsTorn() {
    Exposition read = read("a 1\nb 2\n", true);

    assertThat(read.samples()).hasSize(2);
    assertThat(read.whole()).isFalse();
    assertThat(read.troubles()).containsExactly("the text ends before its # EOF");
  }

  @Test
  void lastLineWithoutItsEndGivesNoNumber() {
    Exposition read = read("a 1\nb 12", false);

    assertThat(read.samples()).extracting(Sample::name).containsExactly("a");
    assertThat(read.whole()).isFalse();
    assertThat(read.troubles()).containsExactly("the text ends inside a line");
  }

  @Test
  void escapesAreRead() {
    Exposition read = read("a{p=\"C:\\\\D\",q=\"say \\\"x\\\"\",r=\"1\\n2\",} 1 -5\n", false);

    assertThat(read.troubles()).isEmpty();
    Sample sample = read.samples().get(0);
    assertThat(sample.labels())
        .containsEntry("p", "C:\\D")
        .containsEntry("q", "say \"x\"")
        .containsEntry("r", "1\n2");
    assertThat(sample.tsMicros()).isEqualTo(-5_000);
  }

  @ParameterizedTest
  @CsvSource({
    "1.458255915e9, 1458255915.0",
    "+Inf, Infinity",
    "-Inf, -Infinity",
    "NaN, NaN",
    "-0, -0.0",
    "1e400, Infinity",
    ".5, 0.5",
    "1., 1.0",
    "18446744073709551615, 1.8446744073709552E19"
  })
  void valuesAreReadAsGoReadsThem(String text, Double value) {
    assertThat(read("a " + text + "\n", false).samples().get(0).value()).isEqualTo(value);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a",
        "a ",
        "a x",
        "a 1d",
        "a 0x10",
        "a 1_000",
        "a 1 2 3",
        "a 1 2.5",
        "a 1 99999999999999999999",
        "{a=\"b\"} 1",
        "a{b} 1",
        "a{b=c} 1",
        "a{b=\"c} 1",
        "a{b=\"c\"d=\"e\"} 1",
        "a{b=\"\\x\"} 1",
        "a{b=\"1\",b=\"2\"} 1",
        "a{1b=\"c\"} 1",
        "1a 1",
        "a-b 1",
        "a 1 # {b=\"c\"} 1"
      })
  void lineThatIsNoSampleIsCountedAndNotRepeated(String line) {
    Exposition read = read("good 1\n" + line + "\nlast 2\n", false);

    assertThat(read.samples()).extracting(Sample::name).containsExactly("good", "last");
    assertThat(read.whole()).isFalse();
    assertThat(read.troubles())
        .singleElement()
        .asString()
        .startsWith("1 lines are no sample, the first is line 2: ");
  }

  @Test
  void exponentThatWouldFillTheMemoryIsNoTime() {
    assertThat(read("a 1 1e999999999\nb 1 1e-999999999\n# EOF\n", true).samples())
        .isEmpty();
  }

  @Test
  void whatIsTooMuchIsLeftOutAndCounted() {
    String text = "a 1\nb{l=\"%s\"} 1\nc 1\nd 1\ne 1\nd 1\n".formatted("x".repeat(11));

    Exposition read =
        ExpositionReader.read(text.getBytes(UTF_8), false, new ExpositionLimits(3, 2, 20, 10));

    assertThat(read.samples()).extracting(Sample::name).containsExactly("a", "c", "d");
    assertThat(read.troubles())
        .containsExactly(
            "1 series left out: more than 3",
            "1 series left out: more or longer labels than are taken",
            "1 series left out: given twice, the first counts");
  }

  @Test
  void otherBytesThanUtf8AreRefused() {
    Exposition read = ExpositionReader.read(
        "a{b=\"\u00e9\"} 1\n".getBytes(ISO_8859_1), false, ExpositionLimits.of(10));

    assertThat(read.samples()).isEmpty();
    assertThat(read.troubles()).containsExactly("the text is not UTF-8");
  }

  @Test
  void onlyWhatChangesComesAgainUntilAllDoes() {
    ChangedSamples changed = new ChangedSamples();
    assertThat(rows(changed, "a 1\nb NaN\n")).containsExactly("a", "b");
    assertThat(rows(changed, "a 2\nb NaN\n")).containsExactly("a");
    for (int i = 2; i < ChangedSamples.FULL_EVERY; i++) {
      assertThat(rows(changed, "a 2\nb NaN\n")).isEmpty();
    }

    assertThat(rows(changed, "a 2\nb NaN\n")).containsExactly("a", "b");
  }

  @Test
  void seriesThatIsNoLongerExposedIsToldUnlessTheTextWasCut() {
    ChangedSamples changed = new ChangedSamples();
    changed.of(read("a 1\nb 1\n", false));
    ChangedSamples.Changes cut = changed.of(read("a 1\nb", false));
    changed.of(read("a 1\nb 1\n", false));
    ChangedSamples.Changes whole = changed.of(read("a 1\n", false));

    assertThat(cut.gone()).isEmpty();
    assertThat(whole.gone()).extracting(Sample::name).containsExactly("b");
  }

  private static List<String> rows(ChangedSamples changed, String text) {
    return changed.of(read(text, false)).rows().stream().map(Sample::name).toList();
  }

  private static @Nullable String type(Exposition read, String name) {
    return read.samples().stream()
        .filter(s -> s.name().equals(name))
        .findFirst()
        .orElseThrow()
        .type();
  }

  private static Exposition read(String text, boolean openMetrics) {
    return ExpositionReader.read(text.getBytes(UTF_8), openMetrics, ExpositionLimits.of(2000));
  }

  private static String resource(String name) throws IOException {
    try (InputStream in =
        Objects.requireNonNull(ExpositionReaderTest.class.getResourceAsStream(name))) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }
}
