package io.esnode.keyless;

import io.esnode.json.Json;
import io.esnode.json.JsonException;
import io.esnode.signer.Excerpt;
import io.esnode.signer.StrictBase64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Members of protobuf messages in JSON: what has its default value may be missing, 64-bit integers are text or numbers. */
final class Members {
  private Members() {}

  static byte[] base64(Json.Obj object, String member) throws JsonException {
    String text = object.text(member);
    try {
      return StrictBase64.decode(text);
    } catch (IllegalArgumentException e) {
      throw new JsonException(
          "%s: found %s, expected canonical base64".formatted(member, Excerpt.of(text)), e);
    }
  }

  /** Not negative; 0 where it is missing. */
  static long count(Json.Obj object, String member) throws JsonException {
    if (!has(object, member)) {
      return 0;
    }
    long value;
    if (object.get(member) instanceof Json.Str text) {
      try {
        value = Long.parseLong(text.value());
      } catch (NumberFormatException e) {
        throw new JsonException(
            "%s: found %s, expected a number".formatted(member, Excerpt.of(text.value())), e);
      }
    } else {
      value = object.integer(member);
    }
    if (value < 0) {
      throw new JsonException("%s: found %d, expected 0 or more".formatted(member, value));
    }
    return value;
  }

  static Json.@Nullable Obj objectOrNull(Json.Obj object, String member) throws JsonException {
    return has(object, member) ? object.obj(member) : null;
  }

  /** Empty where it is missing. */
  static List<Json.Obj> objects(Json.Obj object, String member) throws JsonException {
    return has(object, member) ? object.arr(member).objects() : List.of();
  }

  private static boolean has(Json.Obj object, String member) {
    return !(object.find(member).orElse(Json.Null.NULL) instanceof Json.Null);
  }
}
