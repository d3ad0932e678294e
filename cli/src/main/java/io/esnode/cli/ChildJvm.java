package io.esnode.cli;

import io.esnode.capture.CaptureProcess;
import io.esnode.remote.RemoteProcess;
import io.esnode.spool.SpoolHeader;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Runs another esnode command in a Java process of its own: sealing must not grow the recorder, hostile files must not grow us. */
final class ChildJvm {
  /**
   * What keeps a recording process small: C1, Serial, a small heap, and the JDK's shared classes where they were laid out for, so
   * that their pages stay the file's. The two intervals are of chores that would wake the JVM several times a second for nothing;
   * a Java that does not know them ignores them. The launcher uses the same.
   */
  static final List<String> RECORDER = List.of(
      "-XX:+UseSerialGC",
      "-XX:TieredStopAtLevel=1",
      "-XX:-UsePerfData",
      "-Xms4m",
      "-Xmn1m",
      "-Xmx48m",
      "-XX:MinHeapFreeRatio=10",
      "-XX:MaxHeapFreeRatio=20",
      "-Xss256k",
      "-XX:ReservedCodeCacheSize=12m",
      "-Xshare:auto",
      "-XX:+IgnoreUnrecognizedVMOptions",
      "-XX:+UnlockDiagnosticVMOptions",
      "-XX:AsyncDeflationInterval=10000",
      "-XX:GuaranteedSafepointInterval=60000",
      "-XX:ArchiveRelocationMode=0");

  /** Hashing, queries and reports need C2, which has the SHA intrinsic. */
  static final List<String> ANALYSIS =
      List.of("-XX:+UseSerialGC", "-XX:-UsePerfData", "-Xshare:auto");

  /** Over before C2 has paid off: half the time for seconds of recording, three quarters for twelve hours of a host. */
  static final List<String> SHORT =
      List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData", "-Xshare:auto");

  /**
   * The process that owns NVML: it compiles early, since a tick a second is too rare to count as hot for minutes, and keeps
   * little. {@code bench/nvml-overhead} has the same list.
   */
  private static final List<String> CAPTURE = List.of(
      "-XX:+UseSerialGC",
      "-XX:TieredStopAtLevel=1",
      "-XX:CompileThresholdScaling=0.2",
      "-XX:-UsePerfData",
      "-Xms2m",
      "-Xmn1m",
      "-Xmx32m",
      "-Xss256k",
      "-XX:ReservedCodeCacheSize=12m",
      "-Xshare:auto",
      "-XX:+IgnoreUnrecognizedVMOptions",
      "-XX:+UnlockDiagnosticVMOptions",
      "-XX:AsyncDeflationInterval=10000",
      "-XX:GuaranteedSafepointInterval=60000");

  /** The process that speaks HTTP: what it read from strangers ends up in no file, whatever happens to it. */
  private static final List<String> REMOTE = List.of(
      "-XX:+UseSerialGC",
      "-XX:TieredStopAtLevel=1",
      "-XX:-UsePerfData",
      "-Xms4m",
      "-Xmn2m",
      "-Xmx96m",
      "-Xss256k",
      "-XX:ReservedCodeCacheSize=12m",
      "-Xshare:auto",
      "-XX:+ExitOnOutOfMemoryError",
      "-XX:-CreateCoredumpOnCrash",
      "-XX:ErrorFile=/dev/null",
      "-Djava.net.useSystemProxies=false");

  /** One arena, and what is freed is given back: of two dozen threads each would keep its own otherwise. */
  private static final Map<String, String> CAPTURE_MALLOC =
      Map.of("MALLOC_ARENA_MAX", "1", "MALLOC_TRIM_THRESHOLD_", "131072");

  /** From this Java on, zstd and DuckDB print warnings unless they are let in by name (JEP 472, JEP 498). */
  private static final int WARNS_OF_NATIVE_CODE = 24;

  private static final Pattern JNA = Pattern.compile("jna-[0-9][0-9.]*\\.jar");

  private ChildJvm() {}

  /**
   * The process, not started yet.
   *
   * @param flags for the JVM
   * @param arguments of esnode
   */
  static ProcessBuilder of(List<String> flags, List<String> arguments) {
    return of(flags, System.getProperty("java.class.path"), Main.class.getName(), arguments);
  }

  /**
   * The process that owns NVML, not started yet.
   *
   * @param library null for the system's own
   * @param root usually {@code /}
   * @param header of the recording, whose schedule the process keeps
   * @param nonce 32 bytes in hex, which GPUs sign that can
   * @param without UUIDs of GPUs it must not touch
   */
  static ProcessBuilder capture(
      @Nullable Path library, Path root, SpoolHeader header, String nonce, Set<String> without) {
    return capture(library, root, header.startMono(), header.intervalNanos(), nonce, without);
  }

  /**
   * The same without a recording.
   *
   * @param startMono time of tick 0, CLOCK_MONOTONIC in ns
   */
  static ProcessBuilder capture(
      @Nullable Path library,
      Path root,
      long startMono,
      long intervalNanos,
      String nonce,
      Set<String> without) {
    List<String> arguments = new ArrayList<>(List.of(
        "--root", root.toString(),
        "--start-mono", Long.toString(startMono),
        "--interval", Long.toString(intervalNanos),
        "--nonce", nonce));
    if (library != null) {
      arguments.addAll(List.of("--library", library.toString()));
    }
    if (!without.isEmpty()) {
      arguments.addAll(List.of("--without", String.join(",", without)));
    }
    ProcessBuilder child =
        of(CAPTURE, captureClassPath(), CaptureProcess.class.getName(), arguments);
    child.environment().putAll(CAPTURE_MALLOC);
    return child;
  }

  /**
   * The process that speaks HTTP, not started yet.
   *
   * @param prefix what makes it somebody without privileges
   */
  static ProcessBuilder remote(List<String> prefix) {
    ProcessBuilder child = of(REMOTE, remoteClassPath(), RemoteProcess.class.getName(), List.of());
    child.command().addAll(0, prefix);
    HttpUser.clean(child.environment());
    child.environment().putAll(CAPTURE_MALLOC);
    return child.directory(Path.of("/").toFile());
  }

  /** Absolute, since it runs in another directory; what is not there is left out. */
  static String remoteClassPath() {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .map(entry -> Path.of(entry).toAbsolutePath().normalize())
        .filter(Files::exists)
        .map(Path::toString)
        .collect(Collectors.joining(File.pathSeparator));
  }

  /** Two entries: the table of contents of every jar on a class path is memory. */
  private static String captureClassPath() {
    String all = System.getProperty("java.class.path");
    try {
      Path own = Path.of(CaptureProcess.class
          .getProtectionDomain()
          .getCodeSource()
          .getLocation()
          .toURI());
      List<Path> candidates = new ArrayList<>();
      for (String entry : all.split(File.pathSeparator, -1)) {
        candidates.add(Path.of(entry));
      }
      Path beside = own.getParent();
      if (beside != null && Files.isRegularFile(own)) {
        try (Stream<Path> jars = Files.list(beside)) {
          candidates.addAll(jars.toList());
        }
      }
      return candidates.stream()
          .filter(p -> JNA.matcher(String.valueOf(p.getFileName())).matches())
          .findFirst()
          .map(jna -> own + File.pathSeparator + jna)
          .orElse(all);
    } catch (URISyntaxException | IOException e) {
      // More memory, the same classes.
      return all;
    }
  }

  private static ProcessBuilder of(
      List<String> flags, String classPath, String main, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current()
        .info()
        .command()
        .orElse(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
    command.addAll(flags);
    if (Runtime.version().feature() >= WARNS_OF_NATIVE_CODE) {
      command.add("--enable-native-access=ALL-UNNAMED");
      command.add("--sun-misc-unsafe-memory-access=allow");
    }
    command.add("-cp");
    command.add(classPath);
    command.add(main);
    command.addAll(arguments);
    return HiddenVariable.from(new ProcessBuilder(command));
  }
}
