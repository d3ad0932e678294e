package io.esnode.note;

import java.io.IOException;

/** A note, a key or a checkpoint that is none, or that nobody known signed. One line. */
public final class NoteException extends IOException {
  private static final long serialVersionUID = 1L;

  NoteException(String message) {
    super(message);
  }

  NoteException(String message, Throwable cause) {
    super(message, cause);
  }
}
