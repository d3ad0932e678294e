package io.esnode.toml;

/** A text that is no TOML, or more of it than a configuration needs. */
public final class TomlException extends Exception {
  private static final long serialVersionUID = 1L;

  private final int line;

  /** @param line from 1 */
  TomlException(int line, String message) {
    super(message);
    this.line = line;
  }

  /** From 1. */
  public int line() {
    return line;
  }
}
