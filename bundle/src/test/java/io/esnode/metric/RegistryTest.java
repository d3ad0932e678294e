package io.esnode.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RegistryTest {
  private static final String HEADER =
      "table,column,type,unit,kind,source,since_driver,cadence,title\n";

  /** What a number's name ends in for each unit; {@code 1} is a plain count or a load average. */
  private static final Map<String, String> ENDING = Map.ofEntries(
      Map.entry("B", "_bytes"),
      Map.entry("KiB", "_kib"),
      Map.entry("MiB/s", "_mib_per_s"),
      Map.entry("MB/s", "_mbytes_per_s"),
      Map.entry("Mbit/s", "_mbps"),
      Map.entry("MT/s", "_mt_per_s"),
      Map.entry("ms", "_ms"),
      Map.entry("us", "_us|_ts"),
      Map.entry("ns", "_ns"),
      Map.entry("ppb", "_ppb"),
      Map.entry("s", "_s"),
      Map.entry("pages", "_pages"),
      Map.entry("packets", "_packets"),
      Map.entry("%", "_pct"),
      Map.entry("Cel", "_c"),
      Map.entry("mCel", "_mc"),
      Map.entry("mV", "_mv"),
      Map.entry("mA", "_ma"),
      Map.entry("uW", "_uw"),
      Map.entry("uJ", "_uj"),
      Map.entry("rpm", "_rpm"),
      Map.entry("mW", "_mw"),
      Map.entry("mJ", "_mj"),
      Map.entry("MHz", "_mhz"),
      Map.entry("kHz", "_khz"));

  static Stream<Metric> metrics() {
    return Registry.get().tables().stream().flatMap(table -> table.columns().stream());
  }

  @ParameterizedTest
  @MethodSource("metrics")
  void nameOfANumberEndsInItsUnit(Metric metric) {
    String endings = ENDING.getOrDefault(metric.unit(), "");

    assertThat(Stream.of(endings.split("\\|", -1))).anyMatch(metric.column()::endsWith);
  }

  @ParameterizedTest
  @MethodSource("metrics")
  void everyColumnSaysWhatItIsAndWhereItComesFrom(Metric metric) {
    assertThat(metric.source()).isNotBlank();
    assertThat(metric.title()).isNotBlank();
    assertThat(metric.column()).matches("[a-z][a-z0-9_]*");
  }

  @Test
  void columnsAreFoundByName() {
    assertThat(Registry.get().find("disk", "read_bytes"))
        .get()
        .extracting(Metric::unit)
        .isEqualTo("B");
    assertThat(Registry.get().find("disk", "none")).isEmpty();
    assertThat(Registry.get().find("none", "read_bytes")).isEmpty();
  }

  @Test
  void quotedFieldMayHoldCommasAndQuotes() {
    Registry registry = Registry.parse(HEADER + "t,c,int64,1,gauge,s,,1s,\"a, \"\"b\"\"\"\n");

    assertThat(registry.table("t").columns().get(0).title()).isEqualTo("a, \"b\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"t,c,int64,1,gauge,s,,1s\n", "t,c,int64,1,gauge,s,,1s,\"a\n"})
  void lineThatIsNotARecordIsNamed(String line) {
    assertThatThrownBy(() -> Registry.parse(HEADER + line))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("metrics.csv line 2: ");
  }

  @Test
  void columnThatIsThereTwiceIsRefused() {
    String line = "t,c,int64,1,gauge,s,,1s,x\n";

    assertThatThrownBy(() -> Registry.parse(HEADER + line + line))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("t.c");
  }
}
