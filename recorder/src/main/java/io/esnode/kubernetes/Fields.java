package io.esnode.kubernetes;

import io.esnode.json.Json;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Members of an API object: what is missing or of another kind is absent, whoever wrote it. */
final class Fields {
  private static final int LONGEST = 2048;
  private static final Json.Obj NONE = new Json.Obj(Map.of());

  private Fields() {}

  static Json.Obj object(Json.Obj of, String... path) {
    Json.Obj at = of;
    for (String name : path) {
      at = at.members().get(name) instanceof Json.Obj inner ? inner : NONE;
    }
    return at;
  }

  static List<Json.Obj> objects(Json.Obj of, String name) {
    return of.members().get(name) instanceof Json.Arr array
        ? array.items().stream()
            .filter(Json.Obj.class::isInstance)
            .map(Json.Obj.class::cast)
            .toList()
        : List.of();
  }

  /** Empty where there is none; cut where it is longer than a message may be. */
  static String text(Json.Obj of, String name) {
    if (!(of.members().get(name) instanceof Json.Str string)) {
      return "";
    }
    String value = string.value();
    return value.length() > LONGEST ? value.substring(0, LONGEST) + " …" : value;
  }

  static @Nullable Long number(Json.Obj of, String name) {
    if (!(of.members().get(name) instanceof Json.Num number)) {
      return null;
    }
    BigDecimal value = number.value();
    // An exponent of a billion would be written out.
    boolean fits = value.precision() - value.scale() <= 18 && Math.abs(value.scale()) <= 64;
    return fits && value.stripTrailingZeros().scale() <= 0 ? Long.valueOf(value.longValue()) : null;
  }

  /** RFC 3339, in µs since 1970 UTC. */
  static @Nullable Long time(Json.Obj of, String name) {
    String text = text(of, name);
    if (text.isEmpty()) {
      return null;
    }
    try {
      Instant instant = Instant.parse(text);
      return Math.addExact(
          Math.multiplyExact(instant.getEpochSecond(), 1_000_000L), instant.getNano() / 1_000);
    } catch (DateTimeException | ArithmeticException e) {
      return null;
    }
  }

  /** Members that are texts, by name. */
  static Map<String, String> texts(Json.Obj of) {
    Map<String, String> texts = new TreeMap<>();
    of.members().forEach((name, value) -> {
      if (value instanceof Json.Str string) {
        texts.put(name, string.value());
      }
    });
    return texts;
  }
}
