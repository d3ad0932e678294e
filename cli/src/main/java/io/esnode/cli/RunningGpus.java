package io.esnode.cli;

import io.esnode.gpu.GpuCapture;
import io.esnode.kernel.GpuAddresses;
import io.esnode.source.Clock;
import io.esnode.spool.SpoolHeader;
import io.esnode.spool.SpoolWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The capture of a recording that runs, and the socket at which it can be asked to let the GPUs go. */
final class RunningGpus implements AutoCloseable {
  private final @Nullable GpuCapture capture;
  private final @Nullable RecorderSocket socket;

  private RunningGpus(@Nullable GpuCapture capture, @Nullable RecorderSocket socket) {
    this.capture = capture;
    this.socket = socket;
  }

  /**
   * Starts the capture, where there is something to capture.
   *
   * @param target the bundle
   * @param addresses learns where the GPUs are
   * @param talk takes a line for the user
   */
  static RunningGpus start(
      GpuPart gpu,
      Home home,
      Path target,
      SpoolWriter spool,
      SpoolHeader header,
      Clock clock,
      GpuAddresses addresses,
      Consumer<String> talk) {
    if (!gpu.isThere()) {
      return new RunningGpus(null, null);
    }
    GpuCapture capture = gpu.capture(spool, header, clock, addresses);
    capture.start();
    try {
      return new RunningGpus(
          capture, RecorderSocket.open(home, header.recordingId(), target, capture));
    } catch (IOException e) {
      talk.accept("'esnode release' cannot reach this recording: " + Reason.of(e));
      return new RunningGpus(capture, null);
    }
  }

  @Override
  public void close() {
    if (socket != null) {
      socket.close();
    }
    if (capture != null) {
      capture.close();
    }
  }
}
