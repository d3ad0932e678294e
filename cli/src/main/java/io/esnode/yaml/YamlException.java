package io.esnode.yaml;

import java.io.IOException;

/** A text that does not follow its language; the message names file, line, column, what was found and what was expected. */
public final class YamlException extends IOException {
  private static final long serialVersionUID = 1;

  YamlException(String message) {
    super(message);
  }

  YamlException(String message, Throwable cause) {
    super(message, cause);
  }
}
