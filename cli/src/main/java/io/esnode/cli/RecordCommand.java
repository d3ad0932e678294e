package io.esnode.cli;

import io.esnode.recorder.Continuous;
import io.esnode.signature.ExitCode;
import io.esnode.trigger.Trigger;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code esnode record}: samples this host into a spool, then seals the spool in a process of its own. */
@Command(
    name = "record",
    description = "Record this host into one signed Parquet file.",
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  esnode record --duration 20s --out node.parquet",
      "  esnode record --out run.parquet -- ./train.sh    records as long as the command runs",
      "  esnode record --interval 100ms --out burst.parquet    until Ctrl-C, which seals",
      "  esnode record --trigger 'psi.memory_full_avg10_pct > 10 for 5s' --trigger xid",
      "  esnode record --rotate 24h --out node.parquet    node-000000.parquet, a bundle a day",
      "  esnode record --ring --keep 15m    the last 15 minutes; 'esnode dump' makes a bundle of them",
    })
final class RecordCommand implements Callable<Integer> {
  private static final Duration MIN_INTERVAL = Duration.ofMillis(10);
  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli injects it
  CommandSpec spec;

  @Option(
      names = "--out",
      paramLabel = "F",
      description = "Bundle to write; default: esnode-TIME.parquet here.")
  @Nullable
  Path out;

  @Option(
      names = "--duration",
      paramLabel = "D",
      converter = DurationConverter.class,
      description = "How long, e.g. 20s, 15m, 1h30m; default: until Ctrl-C or SIGTERM.")
  @Nullable
  Duration duration;

  @Option(
      names = "--interval",
      paramLabel = "D",
      converter = DurationConverter.class,
      defaultValue = "1s",
      description = "Time between samples; default: ${DEFAULT-VALUE}.")
  Duration interval = Duration.ofSeconds(1);

  @Mixin
  ConfigPart config = new ConfigPart();

  @Mixin
  ContinuousOptions continuous = new ContinuousOptions();

  @Mixin
  BurstOptions burst = new BurstOptions();

  @Mixin
  KeyOptions key = new KeyOptions();

  @Option(
      names = "--clear-names",
      description = "Record names in full (host, accounts, addresses, pods), not as keyed tokens.")
  boolean clearNames;

  @Option(
      names = "--nvml-library",
      paramLabel = "PATH",
      description =
          "Ask this library for the GPUs instead of the system's own; the recording is marked simulated.")
  @Nullable
  Path nvmlLibrary;

  @Option(
      names = "--watch-file",
      paramLabel = "F",
      description =
          "Record digest, size, mode and owner of this file, and when they change; of a certificate also its term. Repeatable.")
  List<Path> watchedFiles = List.of();

  @Mixin
  LogPart logPart = new LogPart();

  @Mixin
  ProcessPart processPart = new ProcessPart();

  @Mixin
  MlLogPart mlLog = new MlLogPart();

  @Mixin
  RemotePart remotePart = new RemotePart();

  @Mixin
  SealPart sealPart = new SealPart();

  @Option(names = "--no-gpu", description = "Record no GPU.")
  boolean noGpu;

  @Option(
      names = "--trigger",
      paramLabel = "CONDITION",
      converter = TriggerConverter.class,
      description = {
        "Mark the moment in which this comes true; may be given several times, e.g.",
        "'psi.memory_full_avg10_pct > 10 for 5s', 'rate(disk.read_bytes) > 500M', 'xid 48,63',",
        "'kernel \"REGEX\"', 'exit'."
      })
  List<Trigger> declared = List.of();

  @Option(
      names = "--hold-off",
      paramLabel = "D",
      converter = DurationConverter.class,
      defaultValue = "5m",
      description = "A trigger that fired does not fire again so long; default: ${DEFAULT-VALUE}.")
  Duration holdOff = Duration.ofMinutes(5);

  @Mixin
  OnSeal onSeal = new OnSeal();

  @Option(
      names = "--format",
      paramLabel = "human|json",
      defaultValue = "human",
      description = "How to say what was sealed.")
  Format format = Format.human;

  @Parameters(
      arity = "0..*",
      paramLabel = "-- COMMAND ARG",
      description = "Record as long as this command runs; exit with its status.")
  List<String> command = List.of();

  @Override
  public Integer call() throws IOException {
    try {
      config.read(spec);
      return new Recording(this).run();
    } catch (CommandException e) {
      throw e.exit() == ExitCode.USAGE
          ? new CommandException(e.exit(), e.getMessage() + config.blame(), e)
          : command.isEmpty()
                  || e.exit() == WrappedCommand.NOT_FOUND
                  || e.exit() == WrappedCommand.NOT_EXECUTABLE
              ? e
              : new CommandException(
                  WrappedCommand.RECORDER_FAILED, String.valueOf(e.getMessage()), e);
    } catch (IOException e) {
      throw new CommandException(
          command.isEmpty() ? ExitCode.CANNOT_WRITE : WrappedCommand.RECORDER_FAILED,
          String.valueOf(Reason.of(e)),
          e);
    }
  }

  /** Whether the options go together. */
  Continuous.@Nullable Policy check() {
    if (interval.compareTo(MIN_INTERVAL) < 0) {
      throw new CommandException(
          ExitCode.USAGE,
          "--interval %s: at least %d ms".formatted(interval, MIN_INTERVAL.toMillis()));
    }
    library();
    mlLog.check(command);
    sealPart.check();
    burst.check(interval, continuous.isRing());
    onSeal.check();
    return continuous.policy(interval, duration != null || !command.isEmpty());
  }

  @Nullable
  Path library() {
    if (nvmlLibrary != null && noGpu) {
      throw new CommandException(ExitCode.USAGE, "--nvml-library and --no-gpu: choose one");
    }
    if (nvmlLibrary != null && !Files.isReadable(nvmlLibrary)) {
      throw new CommandException(
          ExitCode.MALFORMED,
          "--nvml-library %s: %s; name a file that can be loaded as libnvidia-ml.so.1"
              .formatted(nvmlLibrary, Files.exists(nvmlLibrary) ? "cannot be read" : "not there"));
    }
    return nvmlLibrary == null ? null : nvmlLibrary.toAbsolutePath();
  }

  /** Adds what the configuration is to say of the options that can change while it runs. */
  void describeReloaded(Map<String, String> effective) {
    effective.putAll(RunningTriggers.config(declared, holdOff));
    effective.put("inventory.watched_files", Integer.toString(watchedFiles.size()));
  }

  List<Trigger> triggers() {
    return declared;
  }

  Duration holdOff() {
    return holdOff;
  }

  List<Path> watchedFiles() {
    return watchedFiles;
  }

  /** A moment as it stands in file names. */
  static String stamp(Instant moment) {
    return STAMP.format(moment);
  }
}
