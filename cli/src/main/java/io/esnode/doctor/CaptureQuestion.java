package io.esnode.doctor;

import io.esnode.wire.Message;
import io.esnode.wire.WireReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Lets a capture process look at the GPUs as a recording would, until each has answered once or the time is over. A process
 * that does not end is killed and not waited for: inside a driver that hangs, nothing can end it.
 *
 * @param start starts it
 * @param limit for all answers together
 */
public record CaptureQuestion(Start start, Duration limit) implements GpuQuestion {
  private static final Duration FAREWELL = Duration.ofSeconds(1);

  /** Starts a capture process with messages on its standard output. */
  @FunctionalInterface
  public interface Start {
    Process start() throws IOException;
  }

  @Override
  public GpuAnswer ask() {
    GpuAnswer answer = new GpuAnswer();
    try {
      Process process = start.start();
      Thread reader = new Thread(() -> read(process, answer), "doctor-gpu");
      reader.setDaemon(true);
      reader.start();
      reader.join(limit.toMillis());
      if (reader.isAlive()) {
        answer.failed("no answer within %d s".formatted(limit.toSeconds()));
      }
      end(process);
    } catch (IOException e) {
      answer.failed("the capture process cannot be started: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      answer.failed("interrupted");
    }
    return answer;
  }

  private static void read(Process process, GpuAnswer answer) {
    try {
      WireReader in = new WireReader(Channels.newChannel(process.getInputStream()));
      for (Message message = in.next(); message != null; message = in.next()) {
        answer.add(message);
        if (answer.complete()) {
          return;
        }
      }
      answer.failed("the capture process ended before it had answered");
    } catch (IOException e) {
      answer.failed("the capture process broke off: " + e.getMessage());
    }
  }

  private static void end(Process process) throws InterruptedException {
    try (OutputStream commands = process.getOutputStream()) {
      commands.write("quit\n".getBytes(StandardCharsets.US_ASCII));
    } catch (IOException e) {
      // It is ending already.
      process.destroy();
    }
    if (!process.waitFor(FAREWELL.toMillis(), TimeUnit.MILLISECONDS)) {
      process.destroyForcibly();
    }
  }
}
