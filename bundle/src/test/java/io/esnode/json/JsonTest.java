package io.esnode.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
  /** RFC 8785, section 3.2.3: names sorted by UTF-16 code units. */
  @Test
  void membersAreWrittenInTheOrderOfTheRfc() throws JsonException {
    Json.Obj object = JsonReader.object(
        "{\"\\u20ac\":1,\"\\r\":2,\"\\ufb33\":3,\"1\":4,\"\\ud83d\\ude00\":5,\"\\u0080\":6,\"\\u00f6\":7}");

    assertThat(object.canonical())
        .isEqualTo(
            "{\"\\r\":2,\"1\":4,\"\u0080\":6,\"\u00f6\":7,\"\u20ac\":1,\"\ud83d\ude00\":5,\"\ufb33\":3}");
  }

  @Test
  void asciiFormEscapesEverythingElseAndMeansTheSame() throws JsonException {
    Json.Obj object =
        Json.object().put("t", "85 \u00b0C \u202e \u0000 \u007f \ud83d\ude00").build();

    assertThat(object.ascii())
        .isEqualTo("{\"t\":\"85 \\u00b0C \\u202e \\u0000 \\u007f \\ud83d\\ude00\"}");
    assertThat(JsonReader.object(object.ascii())).isEqualTo(object);
  }

  @Test
  void loneSurrogateSurvivesUtf8() throws JsonException {
    Json.Obj object = Json.object().put("t", "a\ud83d b").build();

    byte[] utf8 = object.canonical().getBytes(StandardCharsets.UTF_8);

    assertThat(JsonReader.object(utf8)).isEqualTo(object);
  }

  @Test
  void prettyFormIsTheSameValueAndEndsWithALineFeed() throws JsonException {
    Json.Obj object = JsonReader.object("{\"b\":[1,{\"c\":null}],\"a\":{}}");

    assertThat(object.pretty()).endsWith("}\n").startsWith("{\n  \"a\": {},\n  \"b\": [");
    assertThat(JsonReader.object(object.pretty())).isEqualTo(object);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.5", "1e-1", "9007199254740992", "-9007199254740992", "1e999999999"})
  void realsAndHugeIntegersAreReadExactlyAndNeverWritten(String number) throws JsonException {
    Json.Obj object = JsonReader.object("{\"n\":" + number + "}");

    assertThat(object.get("n")).isEqualTo(new Json.Num(new BigDecimal(number)));
    assertThatThrownBy(object::canonical)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageEndingWith("write it as a decimal string");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "null",
        "{",
        "{\"a\":1,\"a\":2}",
        "{\"a\":{\"b\":1,\"b\":1}}",
        "{\"a\":1}{}",
        "{\"a\":1} x",
        "{\"a\":NaN}",
        "{\"a\":01}",
        "{\"a\":+1}",
        "{\"a\":.5}",
        "{'a':1}",
        "{a:1}",
        "{\"a\":1,}",
        "{\"a\":[1,]}",
        "{\"a\":\"\t\"}",
        "{\"a\":\"\\x\"}",
        "{\"a\":1/*c*/}",
        "\ufeff{}"
      })
  void whatIsNotOneStrictObjectIsRefused(String text) {
    assertThatThrownBy(() -> JsonReader.object(text)).isInstanceOf(JsonException.class);
  }

  @Test
  void nestingBeyondTheLimitIsRefused() {
    String deep =
        "{\"a\":" + "[".repeat(JsonReader.MAX_DEPTH) + "]".repeat(JsonReader.MAX_DEPTH) + "}";

    assertThatThrownBy(() -> JsonReader.object(deep)).isInstanceOf(JsonException.class);
  }

  @Test
  void numberOfTooManyDigitsIsRefused() {
    assertThatThrownBy(
            () -> JsonReader.object("{\"a\":" + "9".repeat(JsonReader.MAX_NUMBER + 1) + "}"))
        .isInstanceOf(JsonException.class);
  }

  @Test
  void bytesThatAreNotUtf8AreRefusedRatherThanReplaced() {
    byte[] latin1 = "{\"a\":\"\u00fc\"}".getBytes(StandardCharsets.ISO_8859_1);

    assertThatThrownBy(() -> JsonReader.object(latin1))
        .isInstanceOf(JsonException.class)
        .hasMessage("not UTF-8 text");
  }

  @Test
  void messageNamesMemberFoundAndExpected() throws JsonException {
    Json.Obj object = JsonReader.object("{\"ticks\":\"eleven\",\"big\":1e30}");

    assertThatThrownBy(() -> object.integer("ticks"))
        .hasMessage("member \"ticks\": found the string \"eleven\", expected an integer");
    assertThatThrownBy(() -> object.integer("big"))
        .hasMessage("member \"big\": found 1E+30, expected an integer within 2^53 - 1");
    assertThatThrownBy(() -> object.text("gone")).hasMessage("member \"gone\" missing");
    assertThatThrownBy(() -> Json.array(List.of(Json.of(1))).texts())
        .hasMessage("item 0: found the number 1, expected a string");
  }
}
