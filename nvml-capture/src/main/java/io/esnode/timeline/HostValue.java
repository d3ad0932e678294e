package io.esnode.timeline;

/** What a column of a host table holds at a moment. */
public sealed interface HostValue {
  /**
   * A value.
   *
   * @param value in the column's unit; a decimal column has it in units of its last place
   */
  record Present(long value) implements HostValue {}

  /**
   * No value.
   *
   * @param reason why, as the timeline says
   */
  record Absent(String reason) implements HostValue {}
}
