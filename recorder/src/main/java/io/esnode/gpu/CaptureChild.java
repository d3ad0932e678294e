package io.esnode.gpu;

import io.esnode.child.ListenedProcess;
import io.esnode.wire.Message;
import java.io.IOException;
import java.util.Set;
import java.util.function.Consumer;

/** A capture process. Thread-safe. */
final class CaptureChild extends ListenedProcess {
  /** Commands to a process that says nothing, far below what a pipe holds. */
  private static final int MOST_UNHEARD = 500;

  private final Set<String> without;

  // Supervisor only.
  private long toldNanos = Long.MIN_VALUE;
  private int unheard;

  /**
   * Listens from {@link #listen} on.
   *
   * @param without UUIDs of the GPUs it does not touch
   * @param messages takes every message on the reading thread
   * @param ended called on the reading thread when nothing more can come
   */
  CaptureChild(
      Process process,
      Set<String> without,
      Consumer<Message> messages,
      Consumer<ListenedProcess> ended) {
    super(process, "capture process", "gpu", messages, ended);
    this.without = Set.copyOf(without);
  }

  /**
   * Tells it how often to ask. Does not wait for a process that does not listen.
   *
   * @return false where it said nothing for so long that it is not told any more
   */
  boolean pace(long nanos) throws IOException {
    long heard = heardNanos();
    unheard = heard == toldNanos ? unheard + 1 : 1;
    toldNanos = heard;
    if (unheard > MOST_UNHEARD) {
      return false;
    }
    tell("interval " + nanos);
    return true;
  }

  Set<String> without() {
    return without;
  }
}
