package io.esnode.capture;

import io.esnode.nvml.NativeMemory;
import io.esnode.nvml.NvmlFunction;
import io.esnode.nvml.NvmlReturn;
import java.util.List;

/**
 * A call that fills a struct, in the newest shape that the library knows; which one that is, is remembered. Not thread-safe.
 * Allocates nothing when it runs.
 */
final class Query {
  private static final int POINTER_BYTES = 8;
  /** Below the version in a struct's first word: its size. */
  private static final int SIZE_MASK = 0xffffff;

  private final Calls calls;
  private final NativeMemory memory;
  private final long address;
  private final Shape[] shapes;
  private final Shape.Member[][] members;
  private final long[][] arguments;
  private final int[] refused;
  private int current;

  /**
   * @param address of a block that is as large as the largest struct
   * @param link number of the link that it asks about
   */
  Query(Calls calls, long address, List<Shape> shapes, int link) {
    this.calls = calls;
    this.memory = calls.memory();
    this.address = address;
    this.shapes = shapes.toArray(new Shape[0]);
    members = new Shape.Member[this.shapes.length][];
    arguments = new long[this.shapes.length][];
    refused = new int[this.shapes.length];
    for (int i = 0; i < this.shapes.length; i++) {
      members[i] = this.shapes[i].members().toArray(new Shape.Member[0]);
      arguments[i] = arguments(this.shapes[i], address, link);
    }
  }

  /** After the given arguments as many pointers as fit: a function takes those it has. */
  private static long[] arguments(Shape shape, long address, int link) {
    long[] all = new long[5];
    int given = shape.arguments().size();
    for (int i = 0; i < all.length; i++) {
      if (i < given) {
        long argument = shape.arguments().get(i);
        all[i] = argument == Shape.LINK ? link : argument;
      } else {
        all[i] = address + (long) POINTER_BYTES * (i - given);
      }
    }
    return all;
  }

  void run(long handle, Row row) {
    int code = call(handle);
    while (isUnknown(code) && current + 1 < shapes.length) {
      refused[current] = code;
      current++;
      code = call(handle);
    }
    boolean answered = code == NvmlReturn.SUCCESS
        || (code == NvmlReturn.INSUFFICIENT_SIZE && shapes[current].tolerant());
    for (Shape.Member member : members[current]) {
      if (answered) {
        set(row, member);
      } else {
        row.absent(member.column(), code, member.asked());
      }
    }
    for (int older = 0; older < current; older++) {
      for (Shape.Member member : members[older]) {
        if (!isFilled(member.column(), older + 1)) {
          row.absent(member.column(), refused[older], member.asked());
        }
      }
    }
  }

  private boolean isFilled(int column, int from) {
    for (int i = from; i <= current; i++) {
      for (Shape.Member member : members[i]) {
        if (member.column() == column) {
          return true;
        }
      }
    }
    return false;
  }

  private int call(long handle) {
    int word = shapes[current].versionWord();
    if (word != 0) {
      // A struct may ask something too, e.g. which sensor: all zero, whatever lay there before.
      memory.fill(address, word & SIZE_MASK, 0);
      memory.putInt(address, word);
    }
    NvmlFunction function = shapes[current].function();
    long[] a = arguments[current];
    return calls.call(function, handle, a[0], a[1], a[2], a[3], a[4]);
  }

  private static boolean isUnknown(int code) {
    return code == NvmlReturn.FUNCTION_NOT_FOUND
        || code == NvmlReturn.ARGUMENT_VERSION_MISMATCH
        || code == NvmlReturn.NOT_SUPPORTED;
  }

  private void set(Row row, Shape.Member member) {
    long at = address + member.offset();
    switch (member.kind()) {
      case U8 -> row.value(member.column(), memory.getByte(at) & 0xFF);
      case U32 -> row.value(member.column(), memory.getUnsignedInt(at));
      case I32 -> row.value(member.column(), memory.getInt(at));
      case U64 -> row.unsigned(member.column(), memory.getLong(at), member.asked());
    }
  }
}
