package io.esnode.cli;

/** Ends a command with a given status and one line on standard error. */
final class CommandException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int exit;

  /**
   * @param exit one of {@link io.esnode.signature.ExitCode}
   * @param message one line: what, where, what was found, what was expected, what to do
   */
  CommandException(int exit, String message) {
    super(message);
    this.exit = exit;
  }

  CommandException(int exit, String message, Throwable cause) {
    super(message, cause);
    this.exit = exit;
  }

  int exit() {
    return exit;
  }
}
