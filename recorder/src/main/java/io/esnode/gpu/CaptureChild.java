package io.esnode.gpu;

import io.esnode.child.ListenedProcess;
import io.esnode.wire.Message;
import java.util.Set;
import java.util.function.Consumer;

/** A capture process. Thread-safe. */
final class CaptureChild extends ListenedProcess {
  private final Set<String> without;

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

  Set<String> without() {
    return without;
  }
}
