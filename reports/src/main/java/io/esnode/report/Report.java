package io.esnode.report;

/**
 * One rendered report. The arrays are not copied: they are megabytes, and whoever renders hands them over.
 *
 * @param html a page that needs no network and no script, UTF-8
 * @param pdf PDF with the ledger attached under {@link #LEDGER_NAME}
 * @param ledger the ledger both were made from, RFC 8785 JSON; its SHA-256 is printed in both
 */
@SuppressWarnings("ArrayRecordComponent") // nobody compares reports; tests compare the bytes
public record Report(byte[] html, byte[] pdf, byte[] ledger) {
  /** The name of the ledger inside the PDF. */
  public static final String LEDGER_NAME = "analysis.json";
}
