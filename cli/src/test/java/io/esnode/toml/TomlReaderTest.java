package io.esnode.toml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TomlReaderTest {
  private static final String EVERYTHING = """
      # As a user writes it.
      title = "esnode \\u00e9 \\"x\\"\\t"  # behind a value
      path = 'C:\\dir'
      "quoted key" = true

      [record]
      interval = '1s'
      trigger = [
        "psi.memory_full_avg10_pct > 10 for 5s", # with a comment

        'kernel "NVRM: .*"',
      ]
      limits.bytes = 1_000
      limits.hex = 0xFF
      ratio = -1.5e3
      text = \"""
      one \\
         two
      three\"""
      raw = '''a'b''c'''
      inline = { a = 1, b = { c = [1, 2] } }

      [other.deep]
      off = false
      """;

  private static Toml.Table parse(String text) throws TomlException {
    return Toml.parse(text);
  }

  @Test
  void everyKindOfValueIsReadWithItsLine() throws TomlException {
    Toml.Table all = parse(EVERYTHING);

    Toml.Table record = (Toml.Table) Objects.requireNonNull(all.entries().get("record"));
    assertThat(all.entries().keySet())
        .containsExactly("title", "path", "quoted key", "record", "other");
    assertThat(all.entries().get("title")).isEqualTo(new Toml.Text("esnode é \"x\"\t", 2));
    assertThat(all.entries().get("path")).isEqualTo(new Toml.Text("C:\\dir", 3));
    assertThat(record.line()).isEqualTo(6);
    assertThat(record.entries())
        .containsEntry("interval", new Toml.Text("1s", 7))
        .containsEntry(
            "trigger",
            new Toml.Array(
                List.of(
                    new Toml.Text("psi.memory_full_avg10_pct > 10 for 5s", 9),
                    new Toml.Text("kernel \"NVRM: .*\"", 11)),
                8))
        .containsEntry(
            "limits",
            new Toml.Table(
                Map.of("bytes", new Toml.Whole(1000, 13), "hex", new Toml.Whole(255, 14)), 13))
        .containsEntry("ratio", new Toml.Real("-1.5e3", 15))
        .containsEntry("text", new Toml.Text("one two\nthree", 16))
        .containsEntry("raw", new Toml.Text("a'b''c", 20));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1: interval: found 1s, expected a string in quotes, a number, true, false or a list|interval = 1s",
        "3: a: found a second time, it stands in line 1 already|a = 1\n\na = 2",
        "2: t: found a second time, it stands in line 1 already|[t]\n[t]",
        "2: a: found a second time, it stands in line 1 already|a = 1\n[a.b]",
        "3: b: the table is complete, nothing can be added here|[a.b]\n[a]\nb.c = 1",
        "1: found a list of tables [[…]], expected a table [NAME]|[[t]]",
        "1: a: found the end of the line, expected \" at the end of the string|a = \"x\nb = 1",
        "1: a: found the end of the file, expected the end of the string that begins here|a = \"\"\"x",
        "3: a: found b, expected , or ] in the list that begins in line 1|a = [\n 1\nb = 2",
        "1: found b, expected the end of the line|a = 1 b = 2",
        "1: found the end of the file, expected = after the name a|a",
        "1: a: found 99999999999999999999, expected a number of 64 bits|a = 99999999999999999999",
        "1: a: found 2026-11-21, expected a string in quotes, a number, true, false or a list|a = 2026-11-21",
        "1: a: found \\q|a = \"\\q\"",
        "1: a: found \\ud800\", expected a character of Unicode|a = \"\\ud800\"",
        "1: a: nested more than 16 deep|a = [[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]",
        "1: found ], expected a name|[]"
      })
  void whatIsWrongIsToldWithItsLine(String messageAndText) {
    int bar = messageAndText.indexOf('|');
    String message = messageAndText.substring(0, bar);

    assertThatThrownBy(() -> parse(messageAndText.substring(bar + 1)))
        .isInstanceOfSatisfying(
            TomlException.class,
            e -> assertThat(e.line() + ": " + e.getMessage()).startsWith(message));
  }
}
