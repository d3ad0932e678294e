package io.esnode.capture;

import io.esnode.nvml.NativeMemory;
import io.esnode.nvml.NvmlFunction;
import io.esnode.nvml.NvmlReturn;
import java.io.IOException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;

/**
 * Common Platform Error Records that the driver holds since it was initialised; root only, from header 13.3 on. Not yet verified on
 * silicon: how the cursor moves.
 *
 * <pre>
 * 0                       96       104          112
 * | cursor, opaque        | buffer | bufferSize |   nvmlGetCPER_v1_t
 * </pre>
 */
final class CperLog {
  private static final int REQUEST_BYTES = 112;
  private static final int CURSOR_BYTES = 96;
  private static final int BUFFER_BYTES = 16 << 10;
  private static final int MAX_RECORDS = 64;

  private final Calls calls;
  private final Notes notes;
  private long request;
  private long buffer;

  CperLog(Calls calls, Notes notes) {
    this.calls = calls;
    this.notes = notes;
  }

  /** Records that are new since the last time. */
  void read() throws IOException {
    if (!calls.has(NvmlFunction.SYSTEM_GET_CPER_V1)) {
      return;
    }
    NativeMemory memory = calls.memory();
    if (request == 0) {
      request = memory.allocate(REQUEST_BYTES);
      buffer = memory.allocate(BUFFER_BYTES);
    }
    byte[] before = new byte[CURSOR_BYTES];
    byte[] after = new byte[CURSOR_BYTES];
    for (int i = 0; i < MAX_RECORDS; i++) {
      memory.get(request, before, CURSOR_BYTES);
      memory.putLong(request + CURSOR_BYTES, buffer);
      memory.putInt(request + CURSOR_BYTES + 8, BUFFER_BYTES);
      int code = calls.call(NvmlFunction.SYSTEM_GET_CPER_V1, request);
      long size = memory.getUnsignedInt(request + CURSOR_BYTES + 8);
      memory.get(request, after, CURSOR_BYTES);
      if (code != NvmlReturn.SUCCESS || size == 0 || size > BUFFER_BYTES) {
        return;
      }
      byte[] record = new byte[(int) size];
      memory.get(buffer, record, record.length);
      notes.past(
          "event",
          Notes.NODE,
          null,
          Map.of("event_class", "nvml", "reason", "CPER", "text", HexFormat.of().formatHex(record)),
          Map.of());
      if (Arrays.equals(before, after)) {
        return;
      }
    }
  }
}
