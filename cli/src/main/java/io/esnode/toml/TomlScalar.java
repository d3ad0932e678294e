package io.esnode.toml;

import java.math.BigInteger;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Numbers and truth values. */
final class TomlScalar {
  private static final Pattern DECIMAL = Pattern.compile("[+-]?(?:0|[1-9](?:_?[0-9])*)");
  private static final Pattern HEXADECIMAL = Pattern.compile("0x[0-9a-fA-F](?:_?[0-9a-fA-F])*");
  private static final Pattern OCTAL = Pattern.compile("0o[0-7](?:_?[0-7])*");
  private static final Pattern BINARY = Pattern.compile("0b[01](?:_?[01])*");
  private static final Pattern REAL = Pattern.compile("[+-]?(?:inf|nan|(?:0|[1-9](?:_?[0-9])*)"
      + "(?:\\.[0-9](?:_?[0-9])*)?(?:[eE][+-]?[0-9](?:_?[0-9])*)?)");

  /** Longer ones would cost quadratic time, and none fits. */
  private static final int LONGEST = 80;

  private TomlScalar() {}

  /** Null if the word is none. */
  static @Nullable Toml of(String word, int line) throws TomlException {
    if (word.equals("true") || word.equals("false")) {
      return new Toml.Truth(word.equals("true"), line);
    }
    if (word.length() > LONGEST) {
      return null;
    }
    int base = DECIMAL.matcher(word).matches()
        ? 10
        : HEXADECIMAL.matcher(word).matches()
            ? 16
            : OCTAL.matcher(word).matches() ? 8 : BINARY.matcher(word).matches() ? 2 : 0;
    String digits = word.replace("_", "");
    if (base > 0) {
      BigInteger value = new BigInteger(base == 10 ? digits : digits.substring(2), base);
      if (value.bitLength() > 63) {
        throw new TomlException(line, "found %s, expected a number of 64 bits".formatted(word));
      }
      return new Toml.Whole(value.longValueExact(), line);
    }
    return REAL.matcher(word).matches() ? new Toml.Real(digits, line) : null;
  }
}
