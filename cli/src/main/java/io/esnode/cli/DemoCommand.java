package io.esnode.cli;

import io.esnode.bundle.BundleFile;
import io.esnode.json.JsonException;
import io.esnode.ledger.Diagnosis;
import io.esnode.ledger.Finding;
import io.esnode.ledger.Ledger;
import io.esnode.ledger.Severity;
import io.esnode.ledger.State;
import io.esnode.scenario.ScenarioReader;
import io.esnode.signature.ExitCode;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code esnode demo}: the main job on this host, each step a command that the reader can type again. */
@Command(
    name = "demo",
    description =
        "Record this host under a little load, sign, verify, analyze and report; without a GPU, play one that is lost.",
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {"  esnode demo", "  esnode demo --duration 30s --out /tmp/esnode-demo"})
final class DemoCommand implements Callable<Integer> {
  private static final String QUESTION =
      "SELECT entity, max(write_bytes) - min(write_bytes) AS written FROM disk GROUP BY entity ORDER BY entity";

  /** Played where this host has no GPU. */
  private static final String SCENARIO = "gpu-falls-off-the-bus";

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli injects it
  private CommandSpec spec;

  @Option(
      names = "--duration",
      paramLabel = "D",
      converter = DurationConverter.class,
      defaultValue = "10s",
      description = "How long to record; default: ${DEFAULT-VALUE}.")
  private Duration duration = Duration.ofSeconds(10);

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Directory for what it makes; default: esnode-demo-TIME here.")
  private @Nullable Path out;

  @Override
  public Integer call() throws IOException, InterruptedException {
    Path directory = directory();
    Path bundle = directory.resolve("demo.parquet");
    String name = bundle.toString();

    say("esnode demo: the main job on this host, in %s".formatted(directory));
    step(1, "record", "record --duration " + seconds() + " --out " + name);
    record(bundle);
    step(2, "verify", "verify " + name);
    run("verify", name);
    step(3, "analyze", "analyze " + name + " --out " + directory.resolve("demo.analysis.json"));
    run("analyze", name, "--out", directory.resolve("demo.analysis.json").toString());
    step(4, "report", "report " + name + " --template incident --out " + directory);
    run("report", name, "--template", "incident", "--out", directory.toString());
    step(5, "query", "query " + name + " \"" + QUESTION + "\"");
    run("query", name, QUESTION);
    boolean gpus = hasGpuRows(bundle);
    if (!gpus) {
      simulate(directory);
    }
    summary(directory);
    gpu(directory, gpus);
    files(directory, bundle);
    return ExitCode.OK;
  }

  private static boolean hasGpuRows(Path bundle) throws IOException {
    try (FileChannel channel = FileChannel.open(bundle)) {
      return BundleFile.read(bundle.toString(), channel).manifest().rowGroups().stream()
          .anyMatch(group -> group.kind().equals("gpu"));
    }
  }

  /** Where there is no GPU, one that was written falls off the bus. */
  private void simulate(Path directory) throws IOException {
    Path scenario = directory.resolve(SCENARIO + ".yaml");
    try (InputStream shipped = ScenarioReader.class.getResourceAsStream(SCENARIO + ".yaml")) {
      if (shipped == null) {
        throw new IllegalStateException(SCENARIO + ".yaml is not in the jar");
      }
      Files.copy(shipped, scenario, StandardCopyOption.REPLACE_EXISTING);
    }
    String name = directory.resolve(SCENARIO + ".parquet").toString();
    String ledger = directory.resolve(SCENARIO + ".analysis.json").toString();
    step(6, "no GPU here: play an incident", "simulate " + scenario + " --out " + name);
    run("simulate", scenario.toString(), "--out", name);
    say("    $ esnode analyze " + name);
    quietly("analyze", name, "--out", ledger);
    say("    $ esnode report " + name + " --template incident --out " + directory);
    quietly("report", name, "--template", "incident", "--out", directory.toString());
  }

  private void gpu(Path directory, boolean recorded) throws IOException {
    if (recorded) {
      say("GPU: recorded with the host; what was found of it stands above.");
      return;
    }
    Ledger ledger = ledger(directory.resolve(SCENARIO + ".analysis.json"));
    List<Finding> worst = ledger.findings().stream()
        .filter(f -> f.state() == State.PRESENT && f.severity().compareTo(Severity.ERROR) >= 0)
        .toList();
    say(
        "GPU: none recorded here. SIMULATED, from a scenario that ships with esnode, nothing of it measured:");
    for (Finding finding : worst.subList(0, Math.min(3, worst.size()))) {
      say("  SIMULATED %-8s %s"
          .formatted(finding.severity().word(), Text.oneLine(finding.explanation())));
    }
  }

  private Path directory() {
    Path directory =
        out != null ? out : Path.of("esnode-demo-" + RecordCommand.stamp(Instant.now()));
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw new CommandException(
          ExitCode.CANNOT_WRITE, "%s: cannot be made: %s".formatted(directory, Reason.of(e)), e);
    }
    return directory;
  }

  /** The recorder runs as the launcher would run it, while this process makes the load. */
  private void record(Path bundle) throws IOException, InterruptedException {
    Process recorder = ChildJvm.of(
            ChildJvm.RECORDER,
            List.of("record", "--duration", seconds(), "--out", bundle.toString()))
        .redirectOutput(ProcessBuilder.Redirect.INHERIT)
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
    Path scratch = bundle.resolveSibling("load.tmp");
    try (Load load = Load.start(scratch, duration.dividedBy(2))) {
      int exit = recorder.waitFor();
      if (exit != 0) {
        throw new CommandException(exit, "demo: recording ended with status %d".formatted(exit));
      }
      say("    load while it recorded: one core half busy, %d MiB written and synced"
          .formatted(load.mebibytes()));
    }
  }

  private void run(String... arguments) {
    quietly(arguments).lines().forEach(line -> say("    " + line));
  }

  /** @return what it said */
  private String quietly(String... arguments) {
    StringWriter text = new StringWriter();
    int exit = Main.run(new PrintWriter(text), spec.commandLine().getErr(), arguments);
    if (exit != ExitCode.OK) {
      throw new CommandException(
          exit, "demo: esnode %s ended with status %d".formatted(arguments[0], exit));
    }
    return text.toString();
  }

  private void summary(Path directory) throws IOException {
    Ledger ledger = ledger(directory.resolve("demo.analysis.json"));
    List<Finding> present =
        ledger.findings().stream().filter(f -> f.state() == State.PRESENT).toList();
    say("");
    say(
        "What it did: recorded %s of %s ticks of this host, signed them with this node's key, verified the signature,"
            .formatted(ledger.coverage().ticksCaptured(), ledger.coverage().ticksExpected()));
    say("evaluated %d rules in DuckDB and wrote a report in which every figure names its query."
        .formatted(ledger.rules().size()));
    say("What it found: %s; %s"
        .formatted(
            words(ledger.diagnosis().verdict()),
            present.isEmpty()
                ? "no rule fired."
                : "%d of %d rules fired:"
                    .formatted(
                        present.stream().map(Finding::rule).distinct().count(),
                        ledger.rules().size())));
    Map<String, Integer> lines = new LinkedHashMap<>();
    for (Finding finding : present) {
      String line = "  %-8s %s (%s)"
          .formatted(
              finding.severity().word(),
              Text.oneLine(finding.title()),
              Text.oneLine(finding.entity()));
      lines.merge(line, 1, Integer::sum);
    }
    lines.forEach((line, count) -> say(count == 1 ? line : line + ", %d times".formatted(count)));
  }

  private void files(Path directory, Path bundle) {
    say("");
    say("Report (HTML): "
        + directory.resolve("demo.incident.html").toAbsolutePath().normalize());
    say("Report (PDF):  "
        + directory.resolve("demo.incident.pdf").toAbsolutePath().normalize());
    say("Recording:     " + bundle.toAbsolutePath().normalize());
    if (Files.exists(directory.resolve(SCENARIO + ".parquet"))) {
      say("SIMULATED:     "
          + directory.resolve(SCENARIO + ".incident.html").toAbsolutePath().normalize());
    }
    spec.commandLine().getOut().flush();
  }

  private static Ledger ledger(Path file) throws IOException {
    try {
      return Ledger.parse(Files.readAllBytes(file));
    } catch (JsonException e) {
      throw new IOException("%s: %s".formatted(file, e.getMessage()), e);
    }
  }

  private static String words(Diagnosis.Verdict verdict) {
    return verdict.word().replace('_', ' ');
  }

  private String seconds() {
    return duration.toMillis() % 1000 == 0
        ? duration.toSeconds() + "s"
        : duration.toMillis() + "ms";
  }

  private void step(int number, String title, String command) {
    say("");
    say("%d. %s    $ esnode %s".formatted(number, title, command));
  }

  private void say(String line) {
    spec.commandLine().getOut().println(line);
    spec.commandLine().getOut().flush();
  }
}
