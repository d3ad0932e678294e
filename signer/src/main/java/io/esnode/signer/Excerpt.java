package io.esnode.signer;

import io.esnode.json.Json;
import org.jspecify.annotations.Nullable;

/** Text from a hostile file on its way into a message: quoted, ASCII, short. */
final class Excerpt {
  private static final int MAX = 80;

  private Excerpt() {}

  static String of(@Nullable String text) {
    if (text == null) {
      return "nothing";
    }
    return Json.of(text.length() > MAX ? text.substring(0, MAX) + "..." : text).ascii();
  }
}
