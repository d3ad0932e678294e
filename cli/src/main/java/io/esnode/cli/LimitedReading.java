package io.esnode.cli;

import io.esnode.signature.ExitCode;

/** Words for a limited child that gave no answer. */
final class LimitedReading {
  private static final String PREFIX = "esnode: ";

  private LimitedReading() {}

  /** The child's own last line where it left one; else that it died of the file. */
  static CommandException failed(LimitedChild.Answer answer) {
    String said = answer
        .err()
        .lines()
        .filter(l -> l.startsWith(PREFIX))
        .reduce((first, last) -> last)
        .map(l -> l.substring(PREFIX.length()))
        .orElse("");
    boolean known = switch (answer.exit()) {
      case ExitCode.TAMPERED,
          ExitCode.EVIDENCE_MISSING,
          ExitCode.UNTRUSTED,
          ExitCode.MALFORMED,
          ExitCode.USAGE,
          ExitCode.CANNOT_WRITE -> true;
      default -> false;
    };
    return known && !said.isEmpty()
        ? new CommandException(answer.exit(), said)
        : new CommandException(
            ExitCode.MALFORMED,
            "the process that read the file ended with status %s%s; the file is not what it should be, or too large for %s MB"
                .formatted(
                    answer.exit(), said.isEmpty() ? "" : ": " + said, LimitedChild.ENGINE_MB));
  }
}
