package io.esnode.capture;

import io.esnode.nvml.Nvml;
import io.esnode.wire.WireWriter;

/** What all parts of one capture share. */
record Context(
    Nvml nvml,
    CaptureClock clock,
    CaptureOptions options,
    WireWriter out,
    Notes notes,
    HangBook hangs) {
  static Context of(Nvml nvml, CaptureClock clock, CaptureOptions options, WireWriter out) {
    Notes notes = new Notes(clock, out);
    return new Context(
        nvml, clock, options, out, notes, new HangBook(notes, options.deadline().toNanos()));
  }
}
