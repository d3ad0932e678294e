package io.esnode.spool;

import io.esnode.bundle.NvmlSession;
import io.esnode.seal.EpochSeal;
import java.io.IOException;

/** Takes what a spool holds, in the order in which it was written. */
public interface SpoolVisitor {
  /** One complete tick; the view is valid during the call only. */
  void tick(Tick tick) throws IOException;

  /** One complete tick of a lane; the view is valid during the call only. */
  void laneTick(LaneName lane, Tick tick) throws IOException;

  /**
   * A session of NVML began, or was refused.
   *
   * @param monoNanos when it was handed over, CLOCK_MONOTONIC
   */
  void session(NvmlSession session, long monoNanos) throws IOException;

  /**
   * One row with text columns.
   *
   * @param monoNanos when it was handed over, CLOCK_MONOTONIC
   */
  void row(TextRow row, long monoNanos) throws IOException;

  /**
   * The recorder sealed what it had written.
   *
   * @param differs whether the bytes before it are not those that were sealed; then there is damage, too
   */
  default void seal(EpochSeal seal, boolean differs) throws IOException {
    // Who reads rows alone has no use for it.
  }

  /** Something that could not be read. */
  void damage(Damage damage) throws IOException;

  /**
   * Bytes that were skipped, or a segment that is missing or was exchanged.
   *
   * @param segment file name
   * @param offset of the first byte skipped
   * @param bytes how many; 0 where a whole segment is missing
   * @param reason in words
   */
  record Damage(String segment, long offset, long bytes, String reason) {}
}
