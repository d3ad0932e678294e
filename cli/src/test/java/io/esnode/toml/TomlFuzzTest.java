package io.esnode.toml;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.toml.TomlMapper;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever is written, it is refused with a line of the text, or means what Jackson says it means. */
class TomlFuzzTest {
  private static final TomlMapper JACKSON = new TomlMapper();

  private static final List<String> WRITTEN = List.of(
      "[record]\ninterval = \"1s\"\ntrigger = [\n  \"xid 48\", # why\n  'exit',\n]\nring = true\n",
      "a.b = 1\n[t.u]\nv = 0x1F\nw = -1.5e3\nx = \"\"\"\none\\\n  two\"\"\"\n",
      "t = { a = 1, b = { c = ['x', \"\\u00e9\"] } }\r\n\"k k\" = '''a'b'''\n");

  @FuzzTest
  void text(byte[] data) throws IOException {
    String text = new String(data, UTF_8);
    check(text);
    for (String written : WRITTEN) {
      int cut = data.length == 0 ? 0 : (data[0] & 0xff) % written.length();
      check(written.substring(0, cut) + text);
      check(written.substring(0, cut) + text + written.substring(cut));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a = [1, [2.0, 'x'], { b = true }]\n",
        "a = \"\"\"\"quoted\"\"\"\"\"\n",
        "a = 1\r\nb = '''\r\nx\r\ny'''\r\n",
        "[a.b.c]\nx = 1\n[a]\ny = 2\n[a.b]\nz = 3\n",
        "3.14 = 'pi'\n\"\" = 'empty'\n",
        "a = 0b101\nb = 0o17\nc = +7\nd = 1_000.5\n"
      })
  void validText(String text) throws IOException, TomlException {
    assertThat(Toml.parse(text).entries()).isNotNull();
    check(text);
  }

  private static void check(String text) throws IOException {
    Toml.Table ours;
    try {
      ours = Toml.parse(text);
    } catch (TomlException e) {
      assertThat(e.line()).isBetween(1, (int) text.lines().count() + 1);
      assertThat(e.getMessage()).isNotBlank();
      return;
    }
    assertThat(meaning(ours)).as(text).isEqualTo(meaning(JACKSON.readTree(text)));
  }

  private static Object meaning(Toml value) {
    if (value instanceof Toml.Table table) {
      Map<String, Object> all = new HashMap<>();
      table.entries().forEach((name, each) -> all.put(name, meaning(each)));
      return all;
    }
    if (value instanceof Toml.Array array) {
      return array.elements().stream().map(TomlFuzzTest::meaning).toList();
    }
    if (value instanceof Toml.Text text) {
      return text.value();
    }
    if (value instanceof Toml.Truth truth) {
      return truth.value();
    }
    return value instanceof Toml.Whole whole
        ? number(Long.toString(whole.value()))
        : number(((Toml.Real) value).value());
  }

  private static Object meaning(JsonNode node) {
    if (node.isObject()) {
      Map<String, Object> all = new HashMap<>();
      node.properties().forEach(each -> all.put(each.getKey(), meaning(each.getValue())));
      return all;
    }
    if (node.isArray()) {
      List<Object> all = new ArrayList<>();
      node.forEach(each -> all.add(meaning(each)));
      return all;
    }
    if (node.isBoolean()) {
      return node.booleanValue();
    }
    return node.isTextual() ? node.textValue() : number(node.asText());
  }

  private static Object number(String text) {
    String name = text.replace("+", "");
    if (name.endsWith("nan") || name.endsWith("NaN")) {
      return "a number that is none";
    }
    if (name.endsWith("inf") || name.endsWith("Infinity")) {
      return name.startsWith("-") ? "-inf" : "inf";
    }
    return new BigDecimal(name).doubleValue();
  }
}
