package io.esnode.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs another esnode command in a Java process of its own: sealing must not grow the recorder, hostile files must not grow us. */
final class ChildJvm {
  /** What keeps a recording process small: C1, Serial, a small heap. The launcher uses the same. */
  static final List<String> RECORDER = List.of(
      "-XX:+UseSerialGC",
      "-XX:TieredStopAtLevel=1",
      "-XX:CompileThresholdScaling=0.1",
      "-XX:-UsePerfData",
      "-Xms6m",
      "-Xmn2m",
      "-Xmx48m",
      "-Xss256k",
      "-XX:ReservedCodeCacheSize=16m",
      "-Xshare:auto");

  /** Hashing, queries and reports need C2, which has the SHA intrinsic. */
  static final List<String> ANALYSIS =
      List.of("-XX:+UseSerialGC", "-XX:-UsePerfData", "-Xshare:auto");

  /** From this Java on, zstd and DuckDB print warnings unless they are let in by name (JEP 472, JEP 498). */
  private static final int WARNS_OF_NATIVE_CODE = 24;

  private ChildJvm() {}

  /**
   * The process, not started yet.
   *
   * @param flags for the JVM
   * @param arguments of esnode
   */
  static ProcessBuilder of(List<String> flags, List<String> arguments) {
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
    command.add(System.getProperty("java.class.path"));
    command.add(Main.class.getName());
    command.addAll(arguments);
    return new ProcessBuilder(command);
  }
}
