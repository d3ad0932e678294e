package io.esnode.timeline;

import io.esnode.nvml.NvmlFunction;
import io.esnode.timeline.TimelineParser.Instance;
import org.jspecify.annotations.Nullable;

/** One call on a GPU or on one of its MIG instances, at one moment. */
final class PlayedCall {
  /** Temperature that margins count to, °C. */
  private static final long SLOWDOWN_C = 87;

  final long ms;
  final PlayedGpu gpu;
  final @Nullable Instance instance;

  private final Subject subject;
  private final @Nullable Series garbage;
  private final boolean confidential;
  private final int header;

  /**
   * @param instance the MIG instance, null for the whole GPU
   * @param subject what the timeline says about the one that is called
   */
  PlayedCall(
      long ms,
      NvmlFunction function,
      PlayedGpu gpu,
      @Nullable Instance instance,
      Subject subject,
      boolean confidential,
      int header) {
    this.ms = ms;
    this.gpu = gpu;
    this.instance = instance;
    this.subject = subject;
    this.confidential = confidential;
    this.header = header;
    Series series = subject.garbage.get(function.symbol());
    garbage = series != null && series.isRunningAt(ms) ? series : null;
  }

  boolean hasGarbage() {
    return garbage != null;
  }

  /** A reading that the call writes. */
  long out(String key) {
    return out(key, ms);
  }

  long out(String key, long atMs) {
    return garbage == null ? at(subject, key, atMs) : garbage.at(ms);
  }

  /** A reading of the GPU that the call decides by. */
  long is(String key) {
    return at(gpu.subject, key, ms);
  }

  boolean isMig() {
    return is("mig_mode") != 0;
  }

  /** Whether the timeline sets the reading. */
  boolean isSaid(String key) {
    Series series = subject.readings.get(key);
    return series != null && series.isSetAt(ms);
  }

  /** A reading of the whole GPU at another moment. */
  long gpuAt(String key, long atMs) {
    return at(gpu.subject, key, atMs);
  }

  private long at(Subject of, String key, long atMs) {
    Series series = of.readings.get(key);
    if (series != null && series.isSetAt(atMs)) {
      return series.at(atMs);
    }
    return switch (key) {
      case "margin_c" -> SLOWDOWN_C - at(of, "temperature_c", atMs);
      case "cc" -> confidential ? 1 : 0;
      default -> Defaults.of(key, header);
    };
  }
}
