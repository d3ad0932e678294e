package io.esnode.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Runs {@code esnode} as its users do: a process of its own, its own home, in a directory of the test.
 *
 * @param directory working directory
 */
record Esnode(Path directory) {
  /** What a command said. */
  record Answer(int exit, String out, String err) {}

  Path home() {
    return directory.resolve("home");
  }

  Answer run(String... arguments) throws IOException, InterruptedException {
    return run(Map.of(), arguments);
  }

  /** @param environment besides ours */
  Answer run(Map<String, String> environment, String... arguments)
      throws IOException, InterruptedException {
    Process process = start(environment, arguments);
    if (!process.waitFor(120, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IllegalStateException("esnode " + String.join(" ", arguments) + " did not end");
    }
    return answer(process);
  }

  /** Starts a command; its output goes to files beside the test's. */
  Process start(String... arguments) throws IOException {
    return start(Map.of(), arguments);
  }

  /** @param environment besides ours */
  Process start(Map<String, String> environment, String... arguments) throws IOException {
    boolean records = arguments.length > 0 && arguments[0].equals("record");
    List<String> flags = new ArrayList<>(records ? ChildJvm.RECORDER : ChildJvm.SHORT);
    // A user's locale and zone are not ours to choose.
    flags.addAll(
        List.of("-Duser.language=tr", "-Duser.country=TR", "-Duser.timezone=Pacific/Chatham"));
    ProcessBuilder builder = ChildJvm.of(flags, List.of(arguments)).directory(directory.toFile());
    builder.environment().put("ESNODE_HOME", home().toString());
    builder.environment().putAll(environment);
    builder.redirectOutput(directory.resolve("stdout").toFile());
    builder.redirectError(directory.resolve("stderr").toFile());
    builder.redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
    return builder.start();
  }

  Answer answer(Process ended) throws IOException {
    return new Answer(
        ended.exitValue(),
        Files.readString(directory.resolve("stdout"), StandardCharsets.UTF_8),
        Files.readString(directory.resolve("stderr"), StandardCharsets.UTF_8));
  }
}
