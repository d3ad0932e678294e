package io.esnode.signer;

import io.esnode.json.Json;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import org.jspecify.annotations.Nullable;

/** What came from outside on its way into a message. */
public final class Excerpt {
  private static final int MAX = 80;

  private Excerpt() {}

  /** Text from a hostile file: quoted, ASCII, short. */
  public static String of(@Nullable String text) {
    if (text == null) {
      return "nothing";
    }
    return Json.of(text.length() > MAX ? text.substring(0, MAX) + "..." : text).ascii();
  }

  /** What the file system refused; Java's own message is often only a path. */
  public static String of(IOException e) {
    if (e instanceof AccessDeniedException) {
      return "permission denied";
    }
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }
}
