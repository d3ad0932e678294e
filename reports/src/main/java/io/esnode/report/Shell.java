package io.esnode.report;

import java.util.regex.Pattern;

/** Words for a POSIX shell; file names come from whoever sent the evidence. */
final class Shell {
  private static final Pattern HARMLESS =
      Pattern.compile("[A-Za-z0-9._/+:@%=][A-Za-z0-9._/+:@%=-]*");

  private Shell() {}

  static String word(String text) {
    return HARMLESS.matcher(text).matches() ? text : "'" + text.replace("'", "'\\''") + "'";
  }

  /** A file in the current directory; a name that begins with a dash is not an option. */
  static String file(String name) {
    return word(name.startsWith("-") ? "./" + name : name);
  }
}
