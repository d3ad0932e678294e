package io.esnode.gpu;

import io.esnode.wire.Message;
import io.esnode.wire.RowsFrame;
import io.esnode.wire.WireWriter;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/**
 * A process that behaves as a capture process does, or does not: {@code well}, {@code ends} after ten ticks, {@code crashes},
 * goes {@code silent} after three and is deaf then, has {@code nothing} to capture. Repeats what pace it is told.
 */
final class PretendCapture {
  private static final long TICK_NANOS = 20_000_000;

  private PretendCapture() {}

  public static void main(String[] args) throws IOException {
    String how = args[0];
    WireWriter out = new WireWriter(new FileOutputStream(FileDescriptor.out).getChannel());
    out.write(new Message.Hello(WireWriter.VERSION, Map.of("library.path", "/lib/pretend.so")));
    if (how.equals("nothing")) {
      out.write(new Message.Bye("no NVML library: /lib/pretend.so: no such file"));
      return;
    }
    endWhenToldTo(how.equals("silent"), out);
    out.write(new Message.Session(
        0,
        0,
        ts(),
        System.nanoTime(),
        Map.of("driver.version", "580.65.06"),
        List.of(new Message.Layout(
            "gpu",
            List.of("utilization_gpu_pct", "made_up"),
            List.of("nvmlDeviceGetUtilizationRates gpu", "?")))));
    out.write(new Message.Gpu(0, "gpu:GPU-a", Map.of("name", "Pretend 100")));
    RowsFrame rows = new RowsFrame(0, 0, 2);
    for (long tick = Long.parseLong(args[1]); ; tick++) {
      long count = tick - Long.parseLong(args[1]);
      if (how.equals("ends") && count == 10) {
        out.write(new Message.Bye("done"));
        return;
      }
      if (how.equals("crashes") && count == 3) {
        complain();
        Runtime.getRuntime().halt(139);
      }
      if (how.equals("silent") && count == 3) {
        LockSupport.park();
      }
      rows.begin(tick, ts(), System.nanoTime());
      rows.row(RowsFrame.entity("gpu:GPU-a"));
      rows.set(0, count);
      out.write(rows);
      out.write(new Message.Alive(tick, System.nanoTime(), 1, 0, 0));
      LockSupport.parkNanos(TICK_NANOS);
    }
  }

  private static void complain() throws IOException {
    try (FileOutputStream err = new FileOutputStream(FileDescriptor.err)) {
      err.write("first\nSIGSEGV in nvmlDeviceGetFieldValues\n".getBytes(StandardCharsets.UTF_8));
    }
  }

  private static void endWhenToldTo(boolean deaf, WireWriter out) {
    Thread commands = new Thread(() -> {
      try {
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        String line = lines.readLine();
        while (line != null && !line.equals("quit")) {
          repeat(line, out);
          line = lines.readLine();
        }
        if (!deaf) {
          out.write(new Message.Bye("as asked"));
          Runtime.getRuntime().halt(0);
        }
      } catch (IOException e) {
        Runtime.getRuntime().halt(1);
      }
    });
    commands.setDaemon(true);
    commands.start();
  }

  private static void repeat(String line, WireWriter out) throws IOException {
    out.write(new Message.Note(
        "event",
        "node",
        "pretend",
        "live",
        null,
        ts(),
        System.nanoTime(),
        Map.of("event_class", "nvml", "reason", line),
        Map.of()));
  }

  private static long ts() {
    return System.currentTimeMillis() * 1000;
  }
}
