package io.esnode.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import picocli.CommandLine;

/** Types every line of {@code docs/reference/commands.md} into a shell, in order, in one directory. */
@Execution(ExecutionMode.CONCURRENT)
class CommandsPageTest {
  private static final Path PAGE = Path.of("../docs/reference/commands.md");
  private static final Pattern LINE =
      Pattern.compile("(?m)^\\$ (esnode|cp|printf) (.*?)(?:    # exit ([0-9]+))?$");

  @TempDir
  Path dir;

  private record Example(String command, int exit) {}

  @Test
  void everyExampleEndsAsThePageSays() throws Exception {
    assumeThat(Path.of("/proc/self/stat")).as("the kernel's /proc").exists();
    Path bin = launcher();
    Files.createSymbolicLink(
        dir.resolve("datasets"), Path.of("../datasets").toAbsolutePath().normalize());

    for (Example example : examples()) {
      Path output = dir.resolve("output");
      ProcessBuilder shell = new ProcessBuilder("sh", "-c", example.command())
          .directory(dir.toFile())
          .redirectErrorStream(true)
          .redirectOutput(output.toFile());
      shell.environment().put("PATH", bin + ":" + System.getenv("PATH"));
      shell.environment().put("ESNODE_HOME", dir.resolve("home").toString());
      Process process = shell.start();

      assertThat(process.waitFor(120, TimeUnit.SECONDS)).as(example.command()).isTrue();
      assertThat(process.exitValue())
          .as("%s\n%s", example.command(), Files.readString(output))
          .isEqualTo(example.exit());
    }
  }

  @Test
  void everyCommandHasAnExampleOnThePageAndInItsHelp() throws Exception {
    TreeSet<String> shown = new TreeSet<>();
    for (Example example : examples()) {
      Matcher name = Pattern.compile("esnode ([a-z]+)").matcher(example.command());
      while (name.find()) {
        shown.add(name.group(1));
      }
    }
    Main.commands().getSubcommands().forEach((name, command) -> {
      if (!command.getCommandSpec().usageMessage().hidden() && !name.equals("help")) {
        assertThat(shown).contains(name);
        String help = command.getUsageMessage()
            + String.join(
                "",
                command.getSubcommands().values().stream()
                    .map(CommandLine::getUsageMessage)
                    .toList());
        assertThat(help).as("esnode %s --help", name).contains("Examples:");
      }
    });
  }

  private static List<Example> examples() throws IOException {
    List<Example> examples = new ArrayList<>();
    Matcher line = LINE.matcher(Files.readString(PAGE));
    while (line.find()) {
      examples.add(new Example(
          line.group(1) + " " + line.group(2),
          line.group(3) == null ? 0 : Integer.parseInt(line.group(3))));
    }
    assertThat(examples).hasSizeGreaterThan(20);
    return examples;
  }

  private Path launcher() throws IOException {
    Path bin = Files.createDirectory(dir.resolve("bin"));
    Path esnode = bin.resolve("esnode");
    Files.writeString(
        esnode,
        "#!/bin/sh\nexec '%s' -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xshare:auto -cp '%s' %s \"$@\"\n"
            .formatted(
                ProcessHandle.current().info().command().orElse("java"),
                System.getProperty("java.class.path"),
                Main.class.getName()));
    Files.setPosixFilePermissions(esnode, PosixFilePermissions.fromString("rwxr-xr-x"));
    return bin;
  }
}
