package io.esnode.capture;

import io.esnode.nvml.ProcessEnd;
import io.esnode.wire.Message;
import io.esnode.wire.WireWriter;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The process that owns NVML and {@code /dev/nvidia*}. Messages go to standard output, commands come on standard input, a line
 * each: {@code quit}, {@code interval NANOS}, which below that of the ticks has what is asked at every tick asked between them as
 * well. When standard input ends, the recorder is dead, and so is this.
 *
 * <p>It leaves at once: a thread inside a driver that does not answer would hold up an orderly exit.
 */
public final class CaptureProcess {
  private static final int USAGE = 64;
  private static final int BUG = 70;
  private static final List<String> OPTIONS = List.of(
      "--library", "--start-mono", "--interval", "--root", "--without", "--nonce", "--deadline-ms");

  private CaptureProcess() {}

  /**
   * Captures until it is told to quit, or nobody listens.
   *
   * @param args {@code --library X --start-mono N --interval N --root DIR --without UUID,UUID --nonce HEX --deadline-ms N}; times
   *     in ns of CLOCK_MONOTONIC
   */
  public static void main(String[] args) {
    CaptureOptions options;
    String library;
    try {
      Map<String, String> given = given(args);
      library = given.getOrDefault("--library", "libnvidia-ml.so.1");
      options = options(given);
    } catch (IllegalArgumentException e) {
      complain("capture: " + e.getMessage());
      Runtime.getRuntime().halt(USAGE);
      return;
    }
    try {
      capture(library, options);
      ProcessEnd.now(0);
    } catch (IOException | RuntimeException e) {
      die(e);
    }
  }

  private static void capture(String library, CaptureOptions options) throws IOException {
    WireWriter out = new WireWriter(new FileOutputStream(FileDescriptor.out).getChannel());
    LateNvml nvml = new LateNvml(library);
    Message.Hello hello = Greeting.of(nvml.path());
    Map<String, String> facts = new TreeMap<>(hello.facts());
    facts.put("pid", Long.toString(ProcessHandle.current().pid()));
    if (!nvml.failure().isEmpty()) {
      facts.put("absent.library", nvml.failure());
    }
    out.write(new Message.Hello(hello.version(), facts));
    CaptureThreads threads = new CaptureThreads(nvml, new SystemClock(), options, out);
    Thread commands = new Thread(() -> commands(threads), "commands");
    commands.setDaemon(true);
    commands.start();
    threads.run();
  }

  private static void commands(CaptureThreads threads) {
    try (BufferedReader lines = new BufferedReader(
        new InputStreamReader(new FileInputStream(FileDescriptor.in), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        command(line.trim(), threads);
      }
    } catch (IOException e) {
      complain("capture: standard input: " + e.getMessage());
    }
    ProcessEnd.now(0);
  }

  private static void command(String line, CaptureThreads threads) {
    if (line.equals("quit")) {
      threads.end("quit");
    } else if (line.matches("interval [0-9]{1,18}") && number(line.substring(9)) > 0) {
      threads.interval(number(line.substring(9)));
    } else {
      complain("capture: no such command: " + line);
    }
  }

  /** Reads the options; every one takes a value. */
  static Map<String, String> given(String[] args) {
    Map<String, String> given = new HashMap<>();
    for (int i = 0; i < args.length; i += 2) {
      if (!OPTIONS.contains(args[i])) {
        throw new IllegalArgumentException(
            "no such option: %s; there are %s".formatted(args[i], String.join(", ", OPTIONS)));
      }
      if (i + 1 == args.length) {
        throw new IllegalArgumentException(args[i] + " needs a value");
      }
      given.put(args[i], args[i + 1]);
    }
    return given;
  }

  static CaptureOptions options(Map<String, String> given) {
    String start = given.get("--start-mono");
    String nonce = given.getOrDefault("--nonce", "00".repeat(CaptureOptions.NONCE_BYTES));
    String without = given.getOrDefault("--without", "");
    return new CaptureOptions(
        start == null ? System.nanoTime() : number(start),
        number(given.getOrDefault("--interval", "1000000000")),
        Path.of(given.getOrDefault("--root", "/")),
        without.isEmpty() ? Set.of() : Set.of(without.split(",", -1)),
        HexFormat.of().parseHex(nonce),
        Duration.ofMillis(number(given.getOrDefault("--deadline-ms", "500"))));
  }

  private static long number(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("not a number: " + text, e);
    }
  }

  /** Ends the process for a reason that is not in the plan: one line, then the trace, which is for us. */
  static void die(Exception e) {
    complain("capture: " + e);
    for (StackTraceElement element : e.getStackTrace()) {
      complain("  at " + element);
    }
    Runtime.getRuntime().halt(BUG);
  }

  private static void complain(String line) {
    try {
      FileOutputStream err = new FileOutputStream(FileDescriptor.err);
      err.write((line + "\n").getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      // nobody listens
    }
  }
}
