package io.esnode.timeline;

import io.esnode.nvml.NativeMemory;
import io.esnode.nvml.NvmlFunction;
import io.esnode.nvml.NvmlReturn;

/** Functions about the machine. */
final class PlayedSystem {
  private static final int DRIVER_BRANCH_V1 = 0x01000054;
  private static final int BRANCH_BYTES = 80;
  private static final int UUID_OFFSET = 68;
  private static final long PCI_DEVICE = 0x233010deL;
  private static final long PCI_SUBSYSTEM = 0x16c110deL;
  /** {@code NVML_CC_SYSTEM_ENVIRONMENT_PROD}. */
  private static final int PRODUCTION = 2;

  private final Timeline timeline;
  private final int header;
  private final Output output;
  private final NativeMemory memory;

  PlayedSystem(Timeline timeline, int header, NativeMemory memory) {
    this.timeline = timeline;
    this.header = header;
    this.memory = memory;
    output = new Output(memory);
  }

  /** The driver that is loaded. */
  static String driverVersion(Timeline timeline, int header, long ms) {
    return timeline.driverVersion(ms).orElseGet(() -> Defaults.driverVersion(header));
  }

  int call(NvmlFunction function, long ms, long a, long b) {
    String driver = driverVersion(timeline, header, ms);
    boolean confidential = timeline.system("cc").orElse("off").equals("on");
    return switch (function) {
      case SYSTEM_GET_DRIVER_VERSION -> output.text(a, b, driver);
      case SYSTEM_GET_NVML_VERSION ->
        output.text(a, b, timeline.system("nvml_version").orElse(header / 100 + "." + driver));
      case SYSTEM_GET_CUDA_DRIVER_VERSION_V2 ->
        output.unsigned(a, header / 100 * 1000L + header % 100 * 10L);
      case SYSTEM_GET_DRIVER_BRANCH -> branch(a, b, driver);
      case SYSTEM_GET_CONF_COMPUTE_STATE ->
        three(a, confidential ? PRODUCTION : 0, confidential ? 1 : 0);
      case SYSTEM_GET_CONF_COMPUTE_CAPABILITIES -> two(a, confidential ? 1 : 0);
      case GET_EXCLUDED_DEVICE_COUNT -> output.unsigned(a, excluded());
      case GET_EXCLUDED_DEVICE_INFO_BY_INDEX -> excluded(Integer.toUnsignedLong((int) a), b);
      default -> NvmlReturn.NOT_SUPPORTED;
    };
  }

  private int branch(long address, long length, String driver) {
    if (address == 0) {
      return NvmlReturn.INVALID_ARGUMENT;
    }
    if (memory.getInt(address) != DRIVER_BRANCH_V1) {
      return NvmlReturn.ARGUMENT_VERSION_MISMATCH;
    }
    String branch = "r" + driver.substring(0, Math.min(3, driver.length())) + "_00";
    return output.text(
        address + 4, Math.min(Integer.toUnsignedLong((int) length), BRANCH_BYTES), branch);
  }

  private int three(long address, int environment, int feature) {
    if (address == 0) {
      return NvmlReturn.INVALID_ARGUMENT;
    }
    memory.putInt(address, environment);
    memory.putInt(address + 4, feature);
    memory.putInt(address + 8, 0);
    return NvmlReturn.SUCCESS;
  }

  private int two(long address, int capable) {
    if (address == 0) {
      return NvmlReturn.INVALID_ARGUMENT;
    }
    memory.putInt(address, capable);
    memory.putInt(address + 4, capable);
    return NvmlReturn.SUCCESS;
  }

  private long excluded() {
    return timeline.system("excluded").map(Long::parseLong).orElse(0L);
  }

  private int excluded(long index, long address) {
    if (index >= excluded()) {
      return NvmlReturn.INVALID_ARGUMENT;
    }
    String bus = Identity.upperHex((int) (0xf0 + index) & 0xff, 2);
    int refused = output.pci(address, "00000000:" + bus + ":00.0", PCI_DEVICE, PCI_SUBSYSTEM);
    if (refused != 0) {
      return refused;
    }
    String number = Identity.lowerHex((int) index, 12);
    memory.putText(address + UUID_OFFSET, "GPU-ffffffff-0000-0000-0000-" + number);
    return NvmlReturn.SUCCESS;
  }
}
