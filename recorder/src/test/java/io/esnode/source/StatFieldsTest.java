package io.esnode.source;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.esnode.dataset.DataSet;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StatFieldsTest {
  private static final String REST =
      " D 1 1 1 0 -1 2129984 7 0 8 0 9 10 0 0 20 0 11 0 5555 100 12 0\n";

  private final StatFields fields = new StatFields();

  private boolean parse(String text) {
    byte[] bytes = text.getBytes(ISO_8859_1);
    return fields.parse(bytes, bytes.length);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"a", "", "a) R 1 (b", ")))", "a\nb", ") S 1\n1 (x) Z", "\u0000\u00ff\u001b[2J"})
  void nameMayHoldAnyByte(String name) {
    String text = "42 (" + name + ")" + REST;

    assertThat(parse(text)).isTrue();

    assertThat(text.substring(fields.nameStart(), fields.nameEnd())).isEqualTo(name);
    assertThat(fields.pid()).isEqualTo(42);
    assertThat(fields.value(StatFields.STATE)).isEqualTo('D');
    assertThat(fields.value(StatFields.UTIME)).isEqualTo(9);
    assertThat(fields.value(StatFields.STARTTIME)).isEqualTo(5555);
    assertThat(fields.value(StatFields.RSS)).isEqualTo(12);
    assertThat(fields.kernelThread()).isTrue();
  }

  @Test
  void realProcessIsUnderstood() {
    byte[] text = DataSet.procfs("proc/26231/stat");

    assertThat(fields.parse(text, text.length)).isTrue();
    assertThat(fields.pid()).isEqualTo(26231);
    assertThat(fields.value(StatFields.UTIME)).isEqualTo(1677);
    assertThat(fields.kernelThread()).isFalse();
  }

  @Test
  void textCutAnywhereIsNoProcess() {
    byte[] text = ("42 (a\nb) c\n)" + REST).getBytes(ISO_8859_1);

    for (int length = 0; length < text.length; length++) {
      assertThat(fields.parse(Arrays.copyOf(text, length), length))
          .as("%d", length)
          .isFalse();
    }
  }

  @Test
  void numberThatDoesNotFitIsAbsentAndTheOthersStay() {
    assertThat(parse("42 (a)" + REST.replace(" 9 10 ", " 99999999999999999999 10 ")))
        .isTrue();

    assertThat(fields.value(StatFields.UTIME)).isEqualTo(-1);
    assertThat(fields.value(StatFields.STIME)).isEqualTo(10);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "\n", "x (a) S 1\n", "(a) S 1\n", "0 (a)", "42 a S 1\n", "42 (a) SS 1\n"})
  void whatIsNoStatIsRefused(String text) {
    assertThat(parse(text.endsWith("a)") ? text + REST : text)).isFalse();
  }
}
