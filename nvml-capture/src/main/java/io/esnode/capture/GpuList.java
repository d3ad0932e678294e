package io.esnode.capture;

/** Sizes that NVML's lists of GPUs have. */
final class GpuList {
  /** NVML_DEVICE_UUID_V2_BUFFER_SIZE. */
  static final int UUID_BYTES = 96;

  /** More than any machine has; a number beyond is garbage. */
  static final int MAX_GPUS = 64;

  private GpuList() {}
}
