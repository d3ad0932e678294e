package io.esnode.nvml;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Uses a handle from before a reset: what crashed host processes of others. */
final class StaleHandleMain {
  private StaleHandleMain() {}

  /** Arguments: the library, and its clock file, which begins at −1 ms. */
  public static void main(String[] args) throws Exception {
    NativeNvml nvml = NativeNvml.load(args[0]);
    long slot = nvml.memory().allocate(8);
    nvml.call(NvmlFunction.INIT_V2);
    nvml.call(NvmlFunction.DEVICE_GET_HANDLE_BY_INDEX_V2, 0, slot);
    Files.write(Path.of(args[1]), new byte[8], StandardOpenOption.WRITE);
    nvml.call(NvmlFunction.DEVICE_GET_POWER_USAGE, nvml.memory().getLong(slot), slot);
  }
}
