package io.esnode.policy;

import io.esnode.bundle.BundleRows;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How far the recorder's clock may have been off while it recorded, by what disciplined it. Immutable, thread-safe.
 *
 * @param boundMicros the largest bound that was read; null where nobody knows
 * @param source who said so, or why nobody knows
 */
public record ClockError(@Nullable Long boundMicros, String source) {
  private static final String KERNEL = "kernel_clock";
  private static final String DAEMON = "clock";
  private static final long NANOS = 1000;

  /** From the rows of a bundle of which every byte was verified. */
  public static ClockError read(Path file) {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      List<BundleRows.Row> kernel = BundleRows.read(file.toString(), channel, KERNEL);
      ClockError known = of(KERNEL, kernel);
      return known.boundMicros() != null || !kernel.isEmpty()
          ? known
          : of(DAEMON, BundleRows.read(file.toString(), channel, DAEMON));
    } catch (IOException e) {
      return new ClockError(null, "the rows cannot be read: " + e.getMessage());
    }
  }

  static ClockError of(String table, List<BundleRows.Row> rows) {
    if (rows.isEmpty()) {
      return new ClockError(null, "nobody said how good the clock was: there are no rows of it");
    }
    long worst = 0;
    for (BundleRows.Row row : rows) {
      Map<String, Long> numbers = row.numbers();
      if (numbers.getOrDefault("synchronized", 0L) != 1) {
        return new ClockError(null, "the clock was not synchronised all the time, by " + table);
      }
      Long bound = table.equals(KERNEL) ? numbers.get("max_error_us") : daemonBound(numbers);
      if (bound == null) {
        return new ClockError(null, "no bound of the error in every row of " + table);
      }
      worst = Math.max(worst, bound);
    }
    return new ClockError(worst, "%d readings of %s".formatted(rows.size(), table));
  }

  /** RFC 5905: what is known of the offset, half the way there and back, and what the way adds. */
  private static @Nullable Long daemonBound(Map<String, Long> numbers) {
    Long offset = numbers.get("offset_ns");
    Long delay = numbers.get("root_delay_us");
    Long dispersion = numbers.get("root_dispersion_us");
    return offset == null || delay == null || dispersion == null
        ? null
        : Math.abs(offset) / NANOS + 1 + delay / 2 + 1 + dispersion;
  }
}
