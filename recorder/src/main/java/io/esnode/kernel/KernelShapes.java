package io.esnode.kernel;

import java.util.List;
import java.util.Optional;

/** Finds out what a record says. Remembers the lines before, so give it every record, in order. Not thread-safe. */
final class KernelShapes {
  private final List<Shape> shapes = List.of(
      new XidShape(),
      new SxidShape(),
      new GpuLostShape(),
      new DriverShape(),
      new AerShape(),
      new PcieLinkShape(),
      new HardwareErrorShape(),
      new OomShape(),
      new StallShape(),
      new NetLinkShape(),
      new AuditLossShape());

  /** Empty for a record of none of the classes. */
  Optional<KernelEvent> read(KernelRecord record) {
    for (Shape shape : shapes) {
      KernelEvent event = shape.read(record.text(), record.keys());
      if (event != null) {
        return Optional.of(event);
      }
    }
    return Optional.empty();
  }
}
