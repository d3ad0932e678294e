package io.esnode.cli;

import io.esnode.gpu.GpuCapture;
import io.esnode.gpu.Released;
import io.esnode.json.Json;
import io.esnode.kernel.GpuAddresses;
import io.esnode.source.Clock;
import io.esnode.spool.SpoolHeader;
import io.esnode.spool.SpoolWriter;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The capture of a recording that runs, and how it is asked to let the GPUs go. */
final class RunningGpus implements AutoCloseable {
  private final @Nullable GpuCapture capture;

  private RunningGpus(@Nullable GpuCapture capture) {
    this.capture = capture;
  }

  /**
   * Starts the capture, where there is something to capture.
   *
   * @param addresses learns where the GPUs are
   */
  static RunningGpus start(
      GpuPart gpu, SpoolWriter spool, SpoolHeader header, Clock clock, GpuAddresses addresses) {
    if (!gpu.isThere()) {
      return new RunningGpus(null);
    }
    GpuCapture capture = gpu.capture(spool, header, clock, addresses);
    capture.start();
    return new RunningGpus(capture);
  }

  /** {@code release} and {@code attach}; nothing where there is no GPU to let go. */
  Map<String, RecorderCommand> commands() {
    GpuCapture running = capture;
    return running == null
        ? Map.of()
        : Map.of(
            "release",
            request -> answer(running.release(
                request.textOrNull("gpu"),
                Duration.ofMillis(request.integer("hold_ms")),
                request.text("why"))),
            "attach",
            request -> answer(running.attach(request.textOrNull("gpu"))));
  }

  /** Entities of the GPUs that are captured, in order. */
  Set<String> gpus() {
    return capture == null ? Set.of() : capture.gpus();
  }

  /** Asks so often from now on, where there is anything to ask. Any thread; returns at once. */
  void pace(long nanos) {
    GpuCapture running = capture;
    if (running != null) {
      running.pace(nanos);
    }
  }

  private static Json.Builder answer(Released done) {
    return Json.object()
        .put("done", done.done())
        .put("child_pid", done.childPid())
        .put("took_us", done.tookNanos() / 1000)
        .put("detail", done.detail());
  }

  @Override
  public void close() {
    if (capture != null) {
      capture.close();
    }
  }
}
