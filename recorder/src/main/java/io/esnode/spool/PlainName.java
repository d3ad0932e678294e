package io.esnode.spool;

import io.esnode.json.JsonException;
import java.util.regex.Pattern;

/** A file name from a file that others may have written: it must not lead anywhere else. */
public final class PlainName {
  private static final Pattern PLAIN =
      Pattern.compile("[^./\\\\\\p{Cntrl}][^/\\\\\\p{Cntrl}]{0,199}");

  private PlainName() {}

  /** Whether it is the name of a file beside, and not hidden. */
  public static boolean is(String name) {
    return PLAIN.matcher(name).matches();
  }

  static void check(String name) throws JsonException {
    if (!is(name)) {
      throw new JsonException("found \"%s\", expected a plain file name".formatted(name));
    }
  }
}
