package io.esnode.keyless;

import io.esnode.signature.ReasonCode;

/** Why a bundle is not accepted: one reason, one line. */
final class Refusal extends Exception {
  private static final long serialVersionUID = 1L;

  private final ReasonCode reason;

  Refusal(ReasonCode reason, String message) {
    super(message);
    this.reason = reason;
  }

  Refusal(ReasonCode reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  ReasonCode reason() {
    return reason;
  }

  String line() {
    return String.valueOf(getMessage());
  }
}
