package io.esnode.keyless;

import io.esnode.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One value of a JSON text replaced, for tests. */
final class Edit {
  private Edit() {}

  /** @param path names and positions, with dots between */
  static Json.Obj set(Json.Obj json, String path, @Nullable Json value) {
    return (Json.Obj) Objects.requireNonNull(edited(json, List.of(path.split("\\.", -1)), value));
  }

  static Json.Obj set(Json.Obj json, String path, String value) {
    return set(json, path, Json.of(value));
  }

  static Json.Obj remove(Json.Obj json, String path) {
    return set(json, path, (Json) null);
  }

  static Json at(Json json, String path) {
    Json at = json;
    for (String step : path.split("\\.", -1)) {
      at = at instanceof Json.Obj object
          ? object.find(step).orElseThrow()
          : ((Json.Arr) at).items().get(Integer.parseInt(step));
    }
    return at;
  }

  static String text(Json json, String path) {
    return ((Json.Str) at(json, path)).value();
  }

  private static @Nullable Json edited(Json json, List<String> path, @Nullable Json value) {
    if (path.isEmpty()) {
      return value;
    }
    List<String> rest = path.subList(1, path.size());
    if (json instanceof Json.Arr array) {
      List<Json> values = new ArrayList<>(array.items());
      int position = Integer.parseInt(path.get(0));
      Json changed = edited(values.get(position), rest, value);
      if (changed == null) {
        values.remove(position);
      } else {
        values.set(position, changed);
      }
      return Json.array(values);
    }
    Json.Obj object = (Json.Obj) json;
    Json.Builder builder = Json.object();
    object.members().forEach((name, old) -> {
      if (!name.equals(path.get(0))) {
        builder.put(name, old);
      }
    });
    Json changed = edited(object.find(path.get(0)).orElse(Json.Null.NULL), rest, value);
    if (changed != null) {
      builder.put(path.get(0), changed);
    }
    return builder.build();
  }
}
