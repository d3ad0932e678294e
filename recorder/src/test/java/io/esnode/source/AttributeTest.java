package io.esnode.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.esnode.metric.Registry;
import io.esnode.metric.Table;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AttributeTest {
  private static final Table PCIE = Registry.get().table("pcie");

  private final Row row = new Row(PCIE, "pci:0000:01:00.0");

  private @Nullable Long value(Attribute attribute, String line) {
    return Cells.parse(attribute, row, line + "\n").get("link_speed_mt_per_s");
  }

  @ParameterizedTest
  @CsvSource({
    "2.5 GT/s PCIe, 2500",
    "8.0 GT/s PCIe, 8000",
    "32.0 GT/s PCIe, 32000",
    "8 GT/s, 8000",
    "5.0 GT/s, 5000"
  })
  void linkSpeedIsInMegatransfers(String line, long value) {
    assertThat(value(Attribute.linkSpeed("current_link_speed", 0), line)).isEqualTo(value);
  }

  @ParameterizedTest
  @ValueSource(strings = {"Unknown", "Unknown speed", "Unknown GT/s PCIe", "32.0", "32.05 GT/s"})
  void linkSpeedThatTheKernelDoesNotKnowIsAbsent(String line) {
    assertThat(value(Attribute.linkSpeed("current_link_speed", 0), line)).isNull();
    assertThat(row.reason(0)).isEqualTo("current_link_speed: not a decimal number");
  }

  @Test
  void widthOfADeviceThatDoesNotAnswerIsAbsent() {
    assertThat(value(Attribute.width("current_link_width", 0), "16")).isEqualTo(16);
    assertThat(value(Attribute.width("current_link_width", 0), "63")).isNull();
    assertThat(row.reason(0)).isEqualTo("current_link_width: not the width of a link");
  }

  @ParameterizedTest
  @CsvSource({
    "400 Gb/sec (4X NDR), 400000",
    "2.5 Gb/sec (1X SDR), 2500",
    "100 Gb/sec (4X EDR), 100000"
  })
  void rateIsInMegabits(String line, long value) {
    assertThat(value(Attribute.rate("rate", 0), line)).isEqualTo(value);
  }

  @Test
  void numberOfAStateStandsBeforeItsName() {
    assertThat(value(Attribute.numbered("state", 0), "4: ACTIVE")).isEqualTo(4);
    assertThat(value(Attribute.numbered("state", 0), "ACTIVE")).isNull();
  }

  @Test
  void counterThatAPortDoesNotHaveIsAbsent() {
    assertThat(value(Attribute.number("port_xmit_wait", 0), "N/A (no PMA)")).isNull();
    assertThat(row.reason(0)).isEqualTo("port_xmit_wait: not a decimal number");
  }

  @Test
  void numberThatIsTooLargeInItsUnitIsAbsent() {
    assertThat(value(Attribute.number("c", 0, 4), "2305843009213693951"))
        .isEqualTo(9223372036854775804L);
    assertThat(value(Attribute.number("c", 0, 4), "2305843009213693952")).isNull();
  }

  @Test
  void wordIsKnownOnlyAsAWhole() {
    Attribute state = Attribute.word("power_state", 0, List.of("D0", "D3hot", "D3cold"));

    assertThat(value(state, "D3hot")).isEqualTo(1);
    assertThat(value(state, "D3")).isNull();
    assertThat(value(state, "D3hotter")).isNull();
    assertThat(row.reason(0)).isEqualTo("power_state: a word that is not known");
  }
}
