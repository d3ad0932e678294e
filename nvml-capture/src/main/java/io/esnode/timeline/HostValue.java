package io.esnode.timeline;

/** What a column of a host table holds at a moment. */
public sealed interface HostValue {
  /** @param value in the column's unit; a decimal column has it in units of its last place */
  record Present(long value) implements HostValue {}

  /** @param reason why there is no value, as the timeline says */
  record Absent(String reason) implements HostValue {}
}
