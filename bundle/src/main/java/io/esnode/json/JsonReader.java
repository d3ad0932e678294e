package io.esnode.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads one JSON object from outside: RFC 8259, no duplicate names, no trailing text, at most {@value #MAX_DEPTH} levels,
 * {@value #MAX_CHARS} characters and {@value #MAX_NUMBER} digits a number. Whatever it refuses is a
 * {@link JsonException}; nothing else escapes. Thread-safe.
 */
public final class JsonReader {
  public static final int MAX_DEPTH = 64;
  public static final int MAX_CHARS = 64 << 20;
  public static final int MAX_NUMBER = 64;

  private static final JsonFactory FACTORY = new JsonFactoryBuilder()
      .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
      .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
      .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
      .streamReadConstraints(StreamReadConstraints.builder()
          .maxNestingDepth(MAX_DEPTH)
          .maxNumberLength(MAX_NUMBER)
          .maxStringLength(MAX_CHARS)
          .maxNameLength(1024)
          .build())
      .build();

  private JsonReader() {}

  /** Reads UTF-8; bytes that are not UTF-8 are refused rather than replaced. */
  public static Json.Obj object(byte[] utf8) throws JsonException {
    if (utf8.length > MAX_CHARS) {
      throw new JsonException(
          "%d bytes of JSON, at most %d are read".formatted(utf8.length, MAX_CHARS));
    }
    try {
      return object(StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT)
          .decode(ByteBuffer.wrap(utf8))
          .toString());
    } catch (CharacterCodingException e) {
      throw new JsonException("not UTF-8 text", e);
    }
  }

  public static Json.Obj object(String text) throws JsonException {
    if (text.length() > MAX_CHARS) {
      throw new JsonException(
          "%d characters of JSON, at most %d are read".formatted(text.length(), MAX_CHARS));
    }
    try (JsonParser parser = FACTORY.createParser(text)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new JsonException("found %s, expected one JSON object".formatted(describe(parser)));
      }
      Json.Obj object = (Json.Obj) value(parser);
      if (parser.nextToken() != null) {
        throw new JsonException("text after the end of the JSON object at " + place(parser));
      }
      return object;
    } catch (JsonException e) {
      throw e;
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw new JsonException(
          "%s at line %d column %d"
              .formatted(
                  oneLine(e.getOriginalMessage()),
                  e.getLocation() == null ? 0 : e.getLocation().getLineNr(),
                  e.getLocation() == null ? 0 : e.getLocation().getColumnNr()),
          e);
    } catch (IOException e) {
      throw new JsonException(oneLine(String.valueOf(e.getMessage())), e);
    }
  }

  private static Json value(JsonParser parser) throws IOException {
    return switch (parser.currentToken()) {
      case START_OBJECT -> {
        Map<String, Json> members = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
          String name = parser.currentName();
          parser.nextToken();
          members.put(name, value(parser));
        }
        yield new Json.Obj(members);
      }
      case START_ARRAY -> {
        List<Json> items = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          items.add(value(parser));
        }
        yield new Json.Arr(items);
      }
      case VALUE_STRING -> new Json.Str(parser.getText());
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> new Json.Num(parser.getDecimalValue());
      case VALUE_TRUE -> new Json.Bool(true);
      case VALUE_FALSE -> new Json.Bool(false);
      case VALUE_NULL -> Json.Null.NULL;
      default ->
        throw new JsonException("found %s at %s".formatted(describe(parser), place(parser)));
    };
  }

  private static String describe(JsonParser parser) {
    JsonToken token = parser.currentToken();
    return token == null
        ? "nothing"
        : token.name().replace('_', ' ').toLowerCase(java.util.Locale.ROOT);
  }

  private static String place(JsonParser parser) {
    return "line %d column %d"
        .formatted(
            parser.currentLocation().getLineNr(), parser.currentLocation().getColumnNr());
  }

  private static String oneLine(String message) {
    int end = message.indexOf('\n');
    return end < 0 ? message : message.substring(0, end);
  }
}
