package io.esnode.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuantityTest {
  @ParameterizedTest
  @CsvSource({
    "1331691520, B, 1.24 GiB",
    "1023, B, 1023 B",
    "1024, B, 1.00 KiB",
    "64, KiB, 64.0 KiB",
    "-1073741824, B, −1.00 GiB",
    "3040870400, B/s, 2.83 GiB/s",
    "250, us, 250 µs",
    "-184000, us, −184 ms",
    "412.6, ms, 412.6 ms",
    "1500, ms, 1.50 s",
    "276, s, 276 s",
    "29.000, s, 29.000 s",
    "600, s, 10.0 min",
    "7200, s, 2.00 h",
    "71.40, %, 71.40 %",
    "42, 1, 42",
    "87, Cel, 87 °C",
    "12, pages, 12 pages",
    "0, B, 0 B",
    "0.00, 1, 0.00"
  })
  void numberReadsAsPeopleWriteIt(String value, String unit, String shown) {
    assertThat(Quantity.of(value, unit).text().replace('\u00a0', ' ')).isEqualTo(shown);
  }

  @Test
  void groupsOfThreeFromFiveDigitsOn() {
    assertThat(Quantity.of("9999", "1").groups()).containsExactly("9999");
    assertThat(Quantity.of("12345678.9", "1").groups()).isEqualTo(List.of("12", "345", "678.9"));
    assertThat(Quantity.of("-123456", "1").groups()).isEqualTo(List.of("−123", "456"));
  }

  @ParameterizedTest
  @CsvSource({"1e999999999, B", "NaN, ms", "0x10, 1", "'1,5', 1", "'', 1", "<b>, 1", "١٢, 1"})
  void whatIsNoDecimalIsPrintedAsText(String value, String unit) {
    assertThat(Quantity.isDecimal(value)).isFalse();
    assertThat(Quantity.of(value, unit).groups()).containsExactly(SafeText.line(value, 99));
  }

  @ParameterizedTest
  @CsvSource({"0.1, 0.1", "-0.004, 0", "2.005, 2.01", "12.30, 12.3", "1e7, 10000000", "-1.5, -1.5"})
  void plainHasNeitherExponentNorLocale(double value, String text) {
    assertThat(Quantity.plain(value)).isEqualTo(text);
  }
}
