package io.esnode.report;

import java.io.IOException;

/** A ledger that no report can be made from; one line that names the member, what was found and what was expected. */
public final class ReportException extends IOException {
  private static final long serialVersionUID = 1L;

  public ReportException(String message) {
    super(message);
  }

  public ReportException(String message, Throwable cause) {
    super(message, cause);
  }
}
