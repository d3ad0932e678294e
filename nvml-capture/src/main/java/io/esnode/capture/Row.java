package io.esnode.capture;

import io.esnode.nvml.NvmlReturn;
import io.esnode.wire.Message;
import io.esnode.wire.RowsFrame;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What one entity last answered for each column of a table, beyond the values themselves: a return code, or why there is no
 * value. Values go into the frame; nothing is allocated while nothing changes. Not thread-safe.
 */
final class Row {
  /** Not a return code: the number does not fit a column of signed 64 bits. */
  static final int TOO_LARGE = -2;

  /** Not a return code: a value type that nvml.h does not have, or a number that is none. */
  static final int NO_NUMBER = -3;

  /** Not a return code: the call answered, this field did not. */
  static final int UNANSWERED = -4;

  /** Not a return code: the header of this session does not have the field. */
  static final int NOT_IN_HEADER = -5;

  /** Not a return code: accounting is off. */
  static final int SWITCHED_OFF = -6;

  private final String entity;
  private final byte[] name;
  private final RowsFrame frame;
  private final int[] code;
  private final int[] sentCode;
  private final @Nullable Asked[] asked;
  private final @Nullable Asked[] sentAsked;
  private final long[] bits;
  private final boolean[] touched;
  private int values;
  private int fatal;
  private boolean mig;
  private boolean sentMig;

  Row(String entity, RowsFrame frame, int columns) {
    this.entity = entity;
    this.name = RowsFrame.entity(entity);
    this.frame = frame;
    code = new int[columns];
    sentCode = new int[columns];
    asked = new Asked[columns];
    sentAsked = new Asked[columns];
    bits = new long[columns];
    touched = new boolean[columns];
  }

  String entity() {
    return entity;
  }

  /** Starts this row in the frame. */
  void begin() {
    frame.row(name);
    values = 0;
    fatal = 0;
  }

  void value(int column, long value) {
    touched[column] = true;
    code[column] = 0;
    bits[column] = value;
    values++;
    frame.set(column, value);
  }

  /** An {@code unsigned long long}. */
  void unsigned(int column, long value, Asked by) {
    if (value < 0) {
      tooLarge(column, value, by);
    } else {
      value(column, value);
    }
  }

  /** A value of some entity of this row's does not fit. */
  void tooLarge(int column, long value, Asked by) {
    bits[column] = value;
    absent(column, TOO_LARGE, by);
  }

  void absent(int column, int why, Asked by) {
    touched[column] = true;
    code[column] = why;
    asked[column] = by;
    switch (why) {
      case NvmlReturn.UNINITIALIZED,
          NvmlReturn.INVALID_ARGUMENT,
          NvmlReturn.DRIVER_NOT_LOADED,
          NvmlReturn.GPU_IS_LOST,
          NvmlReturn.LIB_RM_VERSION_MISMATCH,
          NvmlReturn.GPU_NOT_FOUND,
          NvmlReturn.UNKNOWN -> fatal = why;
      default -> {}
    }
  }

  /** The column is no longer absent, though this row holds no value of it. */
  void answered(int column) {
    code[column] = 0;
  }

  /** The last value of a column, {@code otherwise} where it is absent. */
  long last(int column, long otherwise) {
    return code[column] == 0 ? bits[column] : otherwise;
  }

  boolean present(int column) {
    return frame.present(column);
  }

  int code(int column) {
    return code[column];
  }

  /** Values of the current tick. */
  int values() {
    return values;
  }

  /** A code of the current tick that speaks of the GPU or the driver as a whole; 0 where there is none. */
  int fatal() {
    return fatal;
  }

  /** Whether MIG is on, which explains what is not supported. */
  void mig(boolean on) {
    mig = on;
  }

  /** Whether any reason differs from those last sent; what was compared counts as sent. */
  boolean takeChanged() {
    boolean changed = mig != sentMig;
    sentMig = mig;
    for (int i = 0; i < code.length; i++) {
      if (code[i] != sentCode[i] || (code[i] != 0 && !Objects.equals(asked[i], sentAsked[i]))) {
        sentCode[i] = code[i];
        sentAsked[i] = asked[i];
        changed = true;
      }
    }
    return changed;
  }

  /** Whether the column was ever asked of this entity. */
  boolean asks(int column) {
    return touched[column];
  }

  boolean sameAbsence(int column, Row other) {
    return code[column] == other.code[column] && Objects.equals(asked[column], other.asked[column]);
  }

  Message.Absence absence(String of, int column, Columns columns) {
    int why = code[column];
    Integer number = why > 0 ? Integer.valueOf(why) : null;
    return new Message.Absence(of, columns.metric(column), number, reason(column, why));
  }

  private String reason(int column, int why) {
    Asked by = asked[column];
    String what = switch (why) {
      case TOO_LARGE -> "0x%s does not fit".formatted(Long.toHexString(bits[column]));
      case NO_NUMBER -> "not a number";
      case UNANSWERED -> "left unanswered";
      case NOT_IN_HEADER -> "not in the header of this driver";
      case SWITCHED_OFF -> "accounting is off";
      default -> NvmlReturn.words(why);
    };
    String because = mig && why == NvmlReturn.NOT_SUPPORTED ? ", MIG is on" : "";
    return "%s: %s%s".formatted(by, what, because);
  }
}
