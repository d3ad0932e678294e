package io.esnode.source;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LinesTest {
  private static Lines at(String text) {
    Lines lines = new Lines();
    byte[] bytes = text.getBytes(UTF_8);
    lines.reset(bytes, bytes.length);
    lines.next();
    return lines;
  }

  @Test
  void lineWithoutNewlineIsNoLine() {
    Lines lines = at("one\ntwo");

    assertThat(lines.next()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"-44000, -44000", "49925, 49925", "0, 0", "-0, 0"})
  void signedNumberMayBeBelowZero(String text, long value) {
    Lines lines = at(text + "\n");

    assertThat(lines.signed()).isTrue();
    assertThat(lines.value()).isEqualTo(value);
  }

  @ParameterizedTest
  @ValueSource(strings = {"-", "- 5", "--5", "+5", "5-", "-5.5", "-9223372036854775808"})
  void textThatIsNoSignedNumberIsRefused(String text) {
    assertThat(at(text + "\n").signed()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"32.0, 320", "2.5, 25", "8, 80", "922337203685477580.7, 9223372036854775807"})
  void numberWithOneDecimalPlaceIsTakenInTenths(String text, long value) {
    Lines lines = at(text + "\n");

    assertThat(lines.tenths()).isTrue();
    assertThat(lines.value()).isEqualTo(value);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".5", "2.", "2.55", "2.5x", "-2.5", "922337203685477580.8"})
  void textThatIsNoNumberOfTenthsIsRefused(String text) {
    assertThat(at(text + "\n").tenths()).isFalse();
  }

  @Test
  void emptyTextHasNoLine() {
    Lines lines = new Lines();
    lines.reset(new byte[0], 0);

    assertThat(lines.next()).isFalse();
  }

  @Test
  void largestNumberIsTwoToThe63LessOne() {
    Lines lines = at("9223372036854775807\n");

    assertThat(lines.number()).isTrue();
    assertThat(lines.value()).isEqualTo(Long.MAX_VALUE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "9223372036854775808",
        "18446744073709551615",
        "18446744073709551616",
        "99999999999999999999999"
      })
  void largerNumberIsRefusedAndDoesNotWrap(String number) {
    Lines lines = at(number + "\n");

    assertThat(lines.number()).isFalse();
    assertThat(lines.problem()).isEqualTo(Lines.TOO_LARGE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "-1", "+1", "1x", "1.5", "0x10", "1:", "\u0661", ":1"})
  void textThatIsNoNumberIsRefused(String text) {
    Lines lines = at(text + "\n");

    assertThat(lines.number()).isFalse();
    assertThat(lines.problem()).isEqualTo(Lines.NO_NUMBER);
  }

  @ParameterizedTest
  @CsvSource({"0.00, 0", "0.13, 13", "12.05, 1205", "92233720368547758.07, 9223372036854775807"})
  void decimalIsKeptInHundredths(String text, long hundredths) {
    Lines lines = at(text + "\n");

    assertThat(lines.hundredths()).isTrue();
    assertThat(lines.value()).isEqualTo(hundredths);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"1", "1.", "1.0", "1.000", ".10", "1.1x", "-0.10", "92233720368547758.08", "1,10"})
  void decimalWithoutExactlyTwoPlacesIsRefused(String text) {
    assertThat(at(text + "\n").hundredths()).isFalse();
  }

  @Test
  void productThatDoesNotFitIsRefused() {
    Lines lines = at("9223372036854775807\n");
    lines.number();

    assertThat(lines.times(10)).isFalse();
    assertThat(lines.problem()).isEqualTo(Lines.TOO_LARGE);
  }

  @ParameterizedTest
  @CsvSource({
    "00009fbd, 40893",
    "0, 0",
    "FFFFFFFF, 4294967295",
    "7fffffffffffffff, 9223372036854775807"
  })
  void hexadecimalNumberIsTaken(String text, long value) {
    Lines lines = at(text + " 1\n");

    assertThat(lines.hexadecimal()).isTrue();
    assertThat(lines.value()).isEqualTo(value);
  }

  @ParameterizedTest
  @CsvSource({
    "8000000000000000, does not fit in 63 bits",
    "0x1, not a hexadecimal number",
    "12g, not a hexadecimal number",
    "'', not a hexadecimal number"
  })
  void whatIsNoHexadecimalNumberIsNotTaken(String text, String problem) {
    Lines lines = at(text + "\n");

    assertThat(lines.hexadecimal()).isFalse();
    assertThat(lines.problem()).isEqualTo(problem);
  }
}
