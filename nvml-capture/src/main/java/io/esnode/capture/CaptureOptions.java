package io.esnode.capture;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;

/**
 * What a capture is told at its start.
 *
 * @param startMonoNanos CLOCK_MONOTONIC of tick 0
 * @param intervalNanos from tick to tick
 * @param root where {@code sys} and {@code proc} lie; {@code /} but for tests and simulations
 * @param withoutUuids GPUs that are not touched: no handle, no open device file
 * @param nonce 32 bytes that a GPU signs with its attestation report: a digest of the recording's id
 * @param deadline how long a call may take before its silence is recorded
 */
@SuppressWarnings("ArrayRecordComponent") // bytes of a digest, copied in and out
public record CaptureOptions(
    long startMonoNanos,
    long intervalNanos,
    Path root,
    Set<String> withoutUuids,
    byte[] nonce,
    Duration deadline) {
  /** Length of a nonce, {@code NVML_CC_GPU_CEC_NONCE_SIZE}. */
  public static final int NONCE_BYTES = 32;

  public CaptureOptions {
    withoutUuids = Set.copyOf(withoutUuids);
    nonce = nonce.clone();
    if (intervalNanos <= 0) {
      throw new IllegalArgumentException("an interval of %s ns".formatted(intervalNanos));
    }
    if (nonce.length != NONCE_BYTES) {
      throw new IllegalArgumentException(
          "a nonce of %s bytes, expected %s".formatted(nonce.length, NONCE_BYTES));
    }
    if (deadline.isNegative() || deadline.isZero()) {
      throw new IllegalArgumentException("a deadline of " + deadline);
    }
  }

  @Override
  public byte[] nonce() {
    return nonce.clone();
  }
}
