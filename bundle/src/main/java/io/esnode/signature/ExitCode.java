package io.esnode.signature;

/** Exit statuses, the same for every command ({@code docs/reference/exit-codes.md}). */
public final class ExitCode {
  public static final int OK = 0;
  public static final int CHECK_FAILED = 1;
  public static final int TAMPERED = 2;
  public static final int EVIDENCE_MISSING = 3;
  public static final int UNTRUSTED = 4;
  public static final int MALFORMED = 5;
  public static final int USAGE = 64;
  public static final int BUG = 70;
  public static final int CANNOT_WRITE = 74;

  private static final int[] WORST_FIRST = {
    BUG, TAMPERED, UNTRUSTED, MALFORMED, EVIDENCE_MISSING, CHECK_FAILED, CANNOT_WRITE, USAGE, OK
  };

  private ExitCode() {}

  /** The worse of two: 70, 2, 4, 5, 3, 1, then output and usage errors. */
  public static int worst(int a, int b) {
    for (int code : WORST_FIRST) {
      if (a == code || b == code) {
        return code;
      }
    }
    throw new IllegalArgumentException("not exit statuses of esnode: %d, %d".formatted(a, b));
  }
}
