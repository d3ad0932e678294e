package io.esnode.capture;

import io.esnode.nvml.NativeMemory;
import io.esnode.nvml.NvmlFunction;
import io.esnode.nvml.NvmlReturn;
import java.util.List;

/**
 * One call of {@code nvmlDeviceGetFieldValues}: each field has its own return code and its own value type. Not thread-safe;
 * allocates nothing when it runs.
 *
 * <pre>
 * 0         4         8           16        24          28       32      40
 * | fieldId | scopeId | timestamp | latency | valueType | return | value |   nvmlFieldValue_t
 * </pre>
 */
final class FieldBatch {
  static final int FIELD_BYTES = 40;
  private static final int UNTOUCHED = -1;

  private final Calls calls;
  private final NativeMemory memory;
  private final long address;
  private final FieldSpec[] asked;
  private final FieldSpec[] lacking;
  private long latencyMicros;
  private long oldestMicros;

  /** @param address of {@link #bytes} bytes */
  FieldBatch(Calls calls, long address, List<FieldSpec> fields) {
    this.calls = calls;
    this.memory = calls.memory();
    this.address = address;
    asked =
        fields.stream().filter(field -> field.number() != FieldSpec.NONE).toArray(FieldSpec[]::new);
    lacking =
        fields.stream().filter(field -> field.number() == FieldSpec.NONE).toArray(FieldSpec[]::new);
  }

  static int bytes(List<FieldSpec> fields) {
    return fields.size() * FIELD_BYTES;
  }

  void run(long handle, Row row) {
    run(handle, row, FieldSpec.NONE);
  }

  /** @param scope the link that all fields are asked of, or NONE for the scope of each */
  void run(long handle, Row row, int scope) {
    latencyMicros = -1;
    oldestMicros = -1;
    for (FieldSpec field : lacking) {
      row.absent(field.column(), Row.NOT_IN_HEADER, field.asked());
    }
    if (asked.length == 0) {
      return;
    }
    for (int i = 0; i < asked.length; i++) {
      long at = address + (long) i * FIELD_BYTES;
      memory.putInt(at, asked[i].number());
      memory.putInt(at + 4, scope == FieldSpec.NONE ? asked[i].scope() : scope);
      memory.putInt(at + 28, UNTOUCHED);
    }
    int code = calls.call(NvmlFunction.DEVICE_GET_FIELD_VALUES, handle, asked.length, address);
    for (int i = 0; i < asked.length; i++) {
      read(address + (long) i * FIELD_BYTES, asked[i], code, row);
    }
  }

  private void read(long at, FieldSpec field, int code, Row row) {
    int own = memory.getInt(at + 28);
    if (own == UNTOUCHED) {
      row.absent(field.column(), code == NvmlReturn.SUCCESS ? Row.UNANSWERED : code, field.asked());
      return;
    }
    if (own != NvmlReturn.SUCCESS) {
      row.absent(field.column(), own, field.asked());
      return;
    }
    if (code != NvmlReturn.SUCCESS) {
      row.absent(field.column(), code, field.asked());
      return;
    }
    latencyMicros = Math.max(latencyMicros, memory.getLong(at + 16));
    long stamp = memory.getLong(at + 8);
    if (stamp > 0 && (oldestMicros < 0 || stamp < oldestMicros)) {
      oldestMicros = stamp;
    }
    value(at + 32, memory.getInt(at + 24), field, row);
  }

  /** Bytes of the union beyond a narrow type are undefined. */
  private void value(long at, int type, FieldSpec field, Row row) {
    switch (type) {
      case 0 -> decimal(memory.getDouble(at), field, row);
      case 1 -> row.value(field.column(), memory.getUnsignedInt(at));
      case 2, 3 -> row.unsigned(field.column(), memory.getLong(at), field.asked());
      case 4 -> row.value(field.column(), memory.getLong(at));
      case 5 -> row.value(field.column(), memory.getInt(at));
      case 6 -> row.value(field.column(), memory.getShort(at) & 0xFFFF);
      default -> row.absent(field.column(), Row.NO_NUMBER, field.asked());
    }
  }

  private static void decimal(double value, FieldSpec field, Row row) {
    if (value > -0x1p63 && value < 0x1p63) {
      row.value(field.column(), Math.round(value));
    } else {
      row.absent(field.column(), Row.NO_NUMBER, field.asked());
    }
  }

  /** The longest {@code latencyUsec} of the last run; negative where no field said. */
  long latencyMicros() {
    return latencyMicros;
  }

  /** The oldest time stamp of the last run, µs since 1970; negative where no field had one. */
  long oldestMicros() {
    return oldestMicros;
  }
}
