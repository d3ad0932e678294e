package io.esnode.doctor;

/** Asks NVML what it has; comes back whether NVML does or not. */
@FunctionalInterface
public interface GpuQuestion {
  GpuAnswer ask();
}
