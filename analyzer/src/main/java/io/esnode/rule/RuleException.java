package io.esnode.rule;

import java.io.IOException;

/** A rule file that is not what it should be: file, line, what was found, what was expected. */
public final class RuleException extends IOException {
  private static final long serialVersionUID = 1L;

  public RuleException(String message) {
    super(message);
  }
}
