package io.esnode.analyzer;

import java.io.IOException;

/** SQL that cannot be answered: one line with the place, where the engine knows it. */
public final class QueryException extends IOException {
  private static final long serialVersionUID = 1L;

  public QueryException(String message, Throwable cause) {
    super(message, cause);
  }

  public QueryException(String message) {
    super(message);
  }
}
