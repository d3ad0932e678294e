package io.esnode.kernel;

import java.util.function.Supplier;

/** Looks at what the kernel itself says while it is recorded. */
@FunctionalInterface
public interface RecordWatch {
  RecordWatch NONE = (record, entity, text, tsMicros, monoNanos) -> {};

  /**
   * Looks at one record.
   *
   * @param entity whom it is about, as far as that is understood
   * @param text the record's text as the recording may show it
   */
  void live(
      KernelRecord record, String entity, Supplier<String> text, long tsMicros, long monoNanos);
}
