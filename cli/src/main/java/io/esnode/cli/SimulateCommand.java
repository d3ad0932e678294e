package io.esnode.cli;

import io.esnode.bundle.AtomicFile;
import io.esnode.bundle.Sha256;
import io.esnode.scenario.Scenario;
import io.esnode.scenario.ScenarioCompiler;
import io.esnode.scenario.ScenarioReader;
import io.esnode.scenario.Simulation;
import io.esnode.signature.ExitCode;
import io.esnode.spool.SpoolDirectory;
import io.esnode.spool.SpoolException;
import io.esnode.yaml.YamlException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code esnode simulate}: plays an incident that was written, and records it as if it had happened. */
@Command(
    name = "simulate",
    description =
        "Record a machine that does not exist, from a scenario; everything made from it says SIMULATED.",
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  esnode simulate datasets/scenarios/gpu-falls-off-the-bus.yaml --out lost.parquet",
      "  esnode simulate fan.yaml --seed 7 --out fan.parquet    the same seed gives the same bytes",
    })
final class SimulateCommand implements Callable<Integer> {
  /** One more than the reader takes: it then says how large the file may be. */
  private static final int LIMIT_BYTES = 1 << 21;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli injects it
  private CommandSpec spec;

  @Parameters(paramLabel = "SCENARIO", description = "A scenario, docs/format/scenario.md.")
  @SuppressWarnings("NullAway.Init") // picocli injects it
  private Path file;

  @Option(
      names = "--out",
      paramLabel = "F",
      description = "Bundle to write; default: the scenario's name and .parquet, here.")
  private @Nullable Path out;

  @Mixin
  private KeyOptions key = new KeyOptions();

  @Option(names = "--seed", paramLabel = "N", description = "Other noise than the scenario's own.")
  private @Nullable Integer seed;

  @Option(
      names = "--format",
      paramLabel = "human|json",
      defaultValue = "human",
      description = "How to say what was sealed.")
  private Format format = Format.human;

  @Option(
      names = "--timeline",
      paramLabel = "F",
      hidden = true,
      description = "Write the timeline, record nothing.")
  private @Nullable Path timeline;

  @Override
  public Integer call() throws IOException {
    byte[] yaml = read();
    Scenario scenario = scenario(yaml);
    if (timeline != null) {
      return writeTimeline(timeline, scenario);
    }
    Path target = BundleTarget.checked(out != null ? out : Path.of(scenario.name() + ".parquet"));
    GivenKey signingKey = key.given(Home.of(System.getenv()), spec.commandLine().getErr());
    signingKey.signer();
    spec.commandLine()
        .getErr()
        .println(Text.oneLine("esnode: SIMULATED: scenario %s, seed %d: nothing in %s was measured"
            .formatted(scenario.name(), scenario.seed(), target)));
    Path spool = target.resolveSibling(target.getFileName() + ".spool");
    try {
      // The writer closes the directory.
      new Simulation(scenario, Sha256.hex(yaml), Version.text())
          .record(SpoolDirectory.create(spool));
    } catch (SpoolException e) {
      throw new CommandException(ExitCode.CANNOT_WRITE, String.valueOf(e.getMessage()), e);
    } catch (IOException e) {
      throw new CommandException(ExitCode.CANNOT_WRITE, "%s: %s".formatted(spool, Reason.of(e)), e);
    }
    return Sealing.seal(spec.commandLine(), spool, target, signingKey, false, format, false);
  }

  private byte[] read() {
    if (Files.isDirectory(file)) {
      throw new CommandException(
          ExitCode.MALFORMED, "%s: a directory; name a scenario".formatted(file));
    }
    try (InputStream in = Files.newInputStream(file)) {
      return in.readNBytes(LIMIT_BYTES);
    } catch (IOException e) {
      throw new CommandException(ExitCode.MALFORMED, String.valueOf(Reason.of(e)), e);
    }
  }

  private Scenario scenario(byte[] yaml) {
    try {
      Scenario scenario = ScenarioReader.read(file.toString(), yaml);
      return seed == null ? scenario : scenario.withSeed(seed);
    } catch (YamlException e) {
      throw new CommandException(ExitCode.MALFORMED, String.valueOf(e.getMessage()), e);
    }
  }

  private static int writeTimeline(Path to, Scenario scenario) {
    try {
      AtomicFile.writeNew(
          to,
          ScenarioCompiler.compile(scenario).getBytes(StandardCharsets.UTF_8),
          PosixFilePermissions.fromString("rw-r--r--"));
      return ExitCode.OK;
    } catch (IOException e) {
      throw new CommandException(
          ExitCode.CANNOT_WRITE, "%s: cannot be written: %s".formatted(to, Reason.of(e)), e);
    }
  }
}
