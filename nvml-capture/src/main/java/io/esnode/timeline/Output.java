package io.esnode.timeline;

import io.esnode.nvml.NativeMemory;
import io.esnode.nvml.NvmlReturn;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Writes answers where the caller wants them. */
final class Output {
  /** Size of {@code nvmlPciInfo_t}. */
  static final int PCI_BYTES = 68;

  private final NativeMemory memory;

  Output(NativeMemory memory) {
    this.memory = memory;
  }

  NativeMemory memory() {
    return memory;
  }

  int unsigned(long address, long value) {
    if (address == 0) {
      return NvmlReturn.INVALID_ARGUMENT;
    }
    memory.putInt(address, (int) value);
    return NvmlReturn.SUCCESS;
  }

  int unsignedLong(long address, long value) {
    if (address == 0) {
      return NvmlReturn.INVALID_ARGUMENT;
    }
    memory.putLong(address, value);
    return NvmlReturn.SUCCESS;
  }

  /** @param size of the caller's buffer; an {@code unsigned int} */
  int text(long address, long size, @Nullable String text) {
    if (address == 0) {
      return NvmlReturn.INVALID_ARGUMENT;
    }
    if (text == null) {
      return NvmlReturn.NOT_SUPPORTED;
    }
    if (Integer.toUnsignedLong((int) size) < text.getBytes(StandardCharsets.UTF_8).length + 1) {
      return NvmlReturn.INSUFFICIENT_SIZE;
    }
    memory.putText(address, text);
    return NvmlReturn.SUCCESS;
  }

  /** {@code nvmlPciInfo_t} of an address such as {@code 00000000:0F:00.0}. */
  int pci(long address, String busId, long device, long subsystem) {
    if (address == 0) {
      return NvmlReturn.INVALID_ARGUMENT;
    }
    memory.fill(address, PCI_BYTES, 0);
    memory.putText(address, busId.substring(4));
    memory.putInt(address + 16, Integer.parseUnsignedInt(busId.substring(0, 8), 16));
    memory.putInt(address + 20, Integer.parseInt(busId, 9, 11, 16));
    memory.putInt(address + 24, Integer.parseInt(busId, 12, 14, 16));
    memory.putInt(address + 28, (int) device);
    memory.putInt(address + 32, (int) subsystem);
    memory.putText(address + 36, busId);
    return NvmlReturn.SUCCESS;
  }
}
