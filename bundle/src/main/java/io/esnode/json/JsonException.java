package io.esnode.json;

import java.io.IOException;

/** Text that is not the JSON it should be; the message names the place, what was found and what was expected. */
public final class JsonException extends IOException {
  private static final long serialVersionUID = 1L;

  public JsonException(String message) {
    super(message);
  }

  public JsonException(String message, Throwable cause) {
    super(message, cause);
  }
}
