package io.esnode.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs another esnode command in a Java process of its own: sealing must not grow the recorder, hostile files must not grow us. */
final class ChildJvm {
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
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(Main.class.getName());
    command.addAll(arguments);
    return new ProcessBuilder(command);
  }
}
