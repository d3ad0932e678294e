package io.esnode.scenario;

import io.esnode.yaml.Quantity;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a phase of {@code host: load:} can say. */
enum HostKey {
  /** Share of all CPUs that works. */
  CPU(Quantity.SHARE),
  /** Share of the CPUs that waits for I/O. */
  IOWAIT(Quantity.SHARE),
  /** Share of memory in use. */
  MEMORY(Quantity.SHARE),
  /** Share of time in which some task waited for a CPU, for memory, for I/O. */
  CPU_PRESSURE(Quantity.SHARE),
  MEMORY_PRESSURE(Quantity.SHARE),
  IO_PRESSURE(Quantity.SHARE),
  /** Of the first disk. */
  DISK_READ(Quantity.THROUGHPUT),
  DISK_WRITE(Quantity.THROUGHPUT),
  /** Of the first network interface. */
  NET_RECEIVE(Quantity.THROUGHPUT),
  NET_SEND(Quantity.THROUGHPUT),
  /** Packets that the first interface dropped, errors it saw, times its link went up or down: so many at this moment. */
  NET_DROPPED(null),
  NET_ERRORS(null),
  NET_FLAPS(null),
  /** Processes the kernel killed for lack of memory at this moment. */
  OOM_KILLS(null),
  /** Load average over a minute. */
  LOAD_AVERAGE(null);

  private final @Nullable Quantity quantity;

  HostKey(@Nullable Quantity quantity) {
    this.quantity = quantity;
  }

  /** Null for a plain number. */
  @Nullable
  Quantity quantity() {
    return quantity;
  }

  String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
