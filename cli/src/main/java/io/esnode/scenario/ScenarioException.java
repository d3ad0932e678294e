package io.esnode.scenario;

import java.io.IOException;

/** A scenario that does not follow the language; the message names file, line, column, what was found and what was expected. */
public final class ScenarioException extends IOException {
  private static final long serialVersionUID = 1;

  ScenarioException(String message) {
    super(message);
  }

  ScenarioException(String message, Throwable cause) {
    super(message, cause);
  }
}
