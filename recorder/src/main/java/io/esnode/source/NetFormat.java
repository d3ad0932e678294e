package io.esnode.source;

import io.esnode.metric.Table;

/**
 * A line of /proc/net/dev: name, colon, 16 numbers, see dev_seq_printf_stats in net/core/net-procfs.c. Old kernels leave no
 * blank after the colon, and let a name hold one.
 */
final class NetFormat extends EntityFormat {
  private final NumberedFields fields;

  NetFormat(Table net) {
    fields = NumberedFields.of(
        net,
        "/proc/net/dev",
        "rx_bytes",
        "rx_packets",
        "rx_errors_count",
        "rx_dropped_count",
        "rx_fifo_errors_count",
        "rx_frame_errors_count",
        "rx_compressed_count",
        "rx_multicast_count",
        "tx_bytes",
        "tx_packets",
        "tx_errors_count",
        "tx_dropped_count",
        "tx_fifo_errors_count",
        "tx_collisions_count",
        "tx_carrier_errors_count",
        "tx_compressed_count");
  }

  @Override
  boolean name(Lines line) {
    line.skipSpaces();
    int end = line.lastIndexOf(':');
    if (!span(line.position(), end)) {
      return false;
    }
    line.position(end + 1);
    return true;
  }

  @Override
  void values(Lines line, Row row) {
    fields.take(line, row);
  }

  @Override
  String prefix() {
    return "net:";
  }
}
