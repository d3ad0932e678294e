package io.esnode.signature;

/**
 * Stable reason codes of {@code esnode verify}; documented in {@code docs/reference/reason-codes.md}. A code is never
 * reused for another meaning.
 */
public enum ReasonCode {
  SIGNATURE_VALID("ESV-SIG-000", 0),
  SIGNATURE_INVALID("ESV-SIG-001", 2),
  DIGEST_MISMATCH("ESV-SIG-002", 2),
  PREDICATE_MISMATCH("ESV-SIG-003", 2),
  MANIFEST_MISMATCH("ESV-SIG-004", 2),
  ROW_GROUP_MISMATCH("ESV-SIG-005", 2),
  STREAM_MISSING("ESV-STR-001", 3),
  STREAM_DOUBLED("ESV-STR-002", 2),
  STREAM_BROKEN("ESV-STR-003", 2),
  SEAL_INVALID("ESV-ANC-001", 2),
  SEAL_CHAIN_BROKEN("ESV-ANC-002", 2),
  SEAL_MISSING("ESV-ANC-003", 3),
  GENESIS_UNKNOWN("ESV-ANC-004", 4),
  WITNESS_CONTRADICTS("ESV-ANC-005", 2),
  SPOOL_MISMATCH("ESV-ANC-006", 2),
  NOT_ANCHORED("ESV-ANC-007", 3),
  SIGNATURE_MISSING("ESV-EVD-001", 3),
  ARTIFACT_MISSING("ESV-EVD-002", 3),
  SIGNER_UNKNOWN("ESV-KEY-001", 4),
  SIGNER_REVOKED("ESV-KEY-002", 4),
  SIGNER_EXPIRED("ESV-KEY-003", 4),
  SIDECAR_MALFORMED("ESV-FMT-001", 5),
  NOT_A_BUNDLE("ESV-FMT-002", 5),
  UNREADABLE("ESV-FMT-003", 5);

  private final String code;
  private final int exit;

  ReasonCode(String code, int exit) {
    this.code = code;
    this.exit = exit;
  }

  public String code() {
    return code;
  }

  /** The exit status this reason leads to when it is the worst one. */
  public int exit() {
    return exit;
  }
}
