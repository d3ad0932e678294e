package io.esnode.tsa;

import java.io.IOException;

/** A time stamping authority gave no answer, or one that is none. One line, without the address. */
public final class TsaException extends IOException {
  private static final long serialVersionUID = 1L;

  private final boolean answered;

  TsaException(boolean answered, String message) {
    super(message);
    this.answered = answered;
  }

  TsaException(boolean answered, String message, Throwable cause) {
    super(message, cause);
    this.answered = answered;
  }

  /** Whether somebody answered, though not as an authority does. */
  public boolean answered() {
    return answered;
  }
}
