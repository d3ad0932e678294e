package io.esnode.capture;

import io.esnode.nvml.NvmlFunction;
import java.util.List;

/**
 * One way to ask: a function, its arguments before the pointer, and what lies where in the struct it fills.
 *
 * @param versionWord first word of the struct, {@code size | version << 24}; 0 where it has none
 * @param arguments between the handle and the pointer; {@link #LINK} stands for the number of a link
 * @param tolerant whether "buffer too small" is an answer, because only the count is wanted
 */
record Shape(
    NvmlFunction function,
    int versionWord,
    List<Long> arguments,
    List<Member> members,
    boolean tolerant) {
  static final long LINK = Long.MIN_VALUE;

  Shape {
    arguments = List.copyOf(arguments);
    members = List.copyOf(members);
  }

  /** @param column where the value goes */
  record Member(int column, int offset, Kind kind, Asked asked) {}

  /** How a value lies in memory. */
  enum Kind {
    U8,
    U32,
    I32,
    U64
  }
}
