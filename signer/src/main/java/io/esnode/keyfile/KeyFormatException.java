package io.esnode.keyfile;

/** An encrypted key that cannot be opened. One line, without the file's name. */
final class KeyFormatException extends Exception {
  private static final long serialVersionUID = 1L;

  KeyFormatException(String message) {
    super(message);
  }

  KeyFormatException(String message, Throwable cause) {
    super(message, cause);
  }

  static KeyFormatException wrongPassphrase() {
    return new KeyFormatException("wrong passphrase, or the key was damaged");
  }
}
