package io.esnode.cli;

import io.esnode.inventory.InventoryWatch;
import io.esnode.kernel.GpuAddresses;
import io.esnode.kernel.KernelLog;
import io.esnode.kernel.KernelRows;
import io.esnode.kernel.Pseudonyms;
import io.esnode.log.Logs;
import io.esnode.metric.Metric;
import io.esnode.metric.Registry;
import io.esnode.process.ProcessEvents;
import io.esnode.recorder.Continuous;
import io.esnode.recorder.Recorder;
import io.esnode.signature.ExitCode;
import io.esnode.source.Clock;
import io.esnode.source.Inventory;
import io.esnode.source.Moment;
import io.esnode.source.Sources;
import io.esnode.spool.SpoolDirectory;
import io.esnode.spool.SpoolException;
import io.esnode.spool.SpoolHeader;
import io.esnode.spool.SpoolWriter;
import io.esnode.trigger.Trigger;
import io.esnode.trigger.Triggers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
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
  private static final int GRACE_SECONDS = 2;
  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli injects it
  private CommandSpec spec;

  @Option(
      names = "--out",
      paramLabel = "F",
      description = "Bundle to write; default: esnode-TIME.parquet here.")
  private @Nullable Path out;

  @Option(
      names = "--duration",
      paramLabel = "D",
      converter = DurationConverter.class,
      description = "How long, e.g. 20s, 15m, 1h30m; default: until Ctrl-C or SIGTERM.")
  private @Nullable Duration duration;

  @Option(
      names = "--interval",
      paramLabel = "D",
      converter = DurationConverter.class,
      defaultValue = "1s",
      description = "Time between samples; default: ${DEFAULT-VALUE}.")
  private Duration interval = Duration.ofSeconds(1);

  @Mixin
  private ConfigPart config = new ConfigPart();

  @Mixin
  private ContinuousOptions continuous = new ContinuousOptions();

  @Mixin
  private BurstOptions burst = new BurstOptions();

  @Option(
      names = "--key",
      paramLabel = "F",
      description = "Private key (PEM) to sign with; default: this node's own.")
  private @Nullable Path key;

  @Option(
      names = "--clear-names",
      description = "Record names in full (host, accounts, addresses, pods), not as keyed tokens.")
  private boolean clearNames;

  @Option(
      names = "--nvml-library",
      paramLabel = "PATH",
      description =
          "Ask this library for the GPUs instead of the system's own; the recording is marked simulated.")
  private @Nullable Path nvmlLibrary;

  @Option(
      names = "--watch-file",
      paramLabel = "F",
      description =
          "Record digest, size, mode and owner of this file, and when they change; of a certificate also its term. Repeatable.")
  private List<Path> watchedFiles = List.of();

  @Mixin
  private LogPart logPart = new LogPart();

  @Mixin
  private ProcessPart processPart = new ProcessPart();

  @Mixin
  private MlLogPart mlLog = new MlLogPart();

  @Mixin
  private RemotePart remotePart = new RemotePart();

  @Mixin
  private SealPart sealPart = new SealPart();

  @Option(names = "--no-gpu", description = "Record no GPU.")
  private boolean noGpu;

  @Option(
      names = "--trigger",
      paramLabel = "CONDITION",
      converter = TriggerConverter.class,
      description = {
        "Mark the moment in which this comes true; may be given several times, e.g.",
        "'psi.memory_full_avg10_pct > 10 for 5s', 'rate(disk.read_bytes) > 500M', 'xid 48,63',",
        "'kernel \"REGEX\"', 'exit'."
      })
  private List<Trigger> declared = List.of();

  @Option(
      names = "--hold-off",
      paramLabel = "D",
      converter = DurationConverter.class,
      defaultValue = "5m",
      description = "A trigger that fired does not fire again so long; default: ${DEFAULT-VALUE}.")
  private Duration holdOff = Duration.ofMinutes(5);

  @Mixin
  private OnSeal onSeal = new OnSeal();

  @Option(
      names = "--format",
      paramLabel = "human|json",
      defaultValue = "human",
      description = "How to say what was sealed.")
  private Format format = Format.human;

  @Parameters(
      arity = "0..*",
      paramLabel = "-- COMMAND ARG",
      description = "Record as long as this command runs; exit with its status.")
  private List<String> command = List.of();

  /** The command that is recorded, once it runs. */
  private volatile @Nullable Process wrapped;

  @Override
  public Integer call() throws IOException {
    try {
      config.read(spec);
      return record();
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

  private int record() throws IOException {
    Continuous.Policy policy = check();
    Path library = library();
    Home home = Home.of(System.getenv());
    RunningRemotes remotes = RunningRemotes.of(remotePart, () -> pseudonyms(home));
    Clock clock = Clock.system();
    Moment now = clock.now();
    String id = Uuid7.make(now.tsMicros() / 1000);
    Path target = target(home, now);
    Path signingKey =
        key != null ? key : NodeKey.ensure(home, spec.commandLine().getErr());
    String keyId = NodeKey.signer(signingKey).keyId();
    String node = clearNames ? Node.hostName() : Node.token(home.siteKey(), Node.hostName());
    GpuPart gpu = GpuPart.of(Path.of("/"), library, noGpu);
    Path spoolPath = spoolPath(target, id);
    SpoolDirectory directory = SpoolDirectory.create(spoolPath);
    Recorder recorder;
    int sealing;
    ProcessEvents processes = new ProcessEvents(clock, () -> pseudonyms(home));
    try (Sources sources = remotes.with(logPart.with(gpu.with(processPart.host(processes))));
        SystemdNotifier systemd =
            SystemdNotifier.of(System.getenv(), ProcessHandle.current().pid())) {
      Moment start = clock.now();
      RunningSeals seals =
          sealPart.begin(header(id, node, target, start, gpu, remotes, policy), signingKey, clock);
      SpoolHeader header = seals.header();
      BundleStream stream = BundleStream.start(
          policy,
          continuous,
          directory,
          header,
          seals.seals(),
          target,
          clock,
          onSeal.after(sealer(signingKey), id, this::talk),
          this::talk);
      SpoolWriter spool = stream.writer();
      Triggers triggers = new Triggers(declared, holdOff, interval, spool);
      spool.watch(triggers);
      RunningTriggers armed = new RunningTriggers(declared, triggers, clock);
      recorder = new Recorder(clock, sources, spool, start.monoNanos(), interval);
      stream.freezeOn(triggers, recorder);
      burst.arm(triggers, recorder, interval, continuous.isRing());
      onSeal.auditedBy((action, outcome, detail) -> recorder.audit(action, outcome, detail, null));
      armed.onSignal(this::talk);
      CountDownLatch sealed = new CountDownLatch(1);
      int[] exit = {ExitCode.BUG};
      Thread hook = endOnSignal(recorder, sealed, exit);
      try {
        Process child = startCommand(spool, directory);
        wrapped = child;
        talk("recording to %s every %s%s%s%s"
            .formatted(target, text(interval), until(child), stream.words(), config.words()));
        if (nvmlLibrary != null) {
          talk("GPUs are asked through %s: the recording is marked simulated"
              .formatted(nvmlLibrary));
        }
        recorder.audit("recorder.started", "success", "esnode " + Version.text(), null);
        recorder.audit("key.loaded", "success", "signs this recording", keyId);
        recorder.audit(
            "config.loaded",
            "success",
            "effective configuration",
            Reloading.digest(header.config()));
        armed.introduce(sources.missing(), child != null, recorder, this::talk);
        seals.show(spool, clock);
        if (child != null) {
          WrappedCommand.watch(child, recorder, armed.onExit());
        }
        processes.to(spool::row);
        GpuAddresses addresses = new GpuAddresses();
        KernelLog log = KernelLog.start(
            Path.of("/"),
            clock,
            start,
            () -> new KernelRows(pseudonyms(home), addresses),
            spool::row,
            triggers);
        mlLog.start(child, clock, start, () -> pseudonyms(home), spool::row);
        Logs logs = logPart.start(clock, start, () -> pseudonyms(home), spool::row);
        InventoryWatch inventory =
            processPart.inventory(clock, watchedFiles, pseudonyms(home)::text, spool::row);
        remotes.start(clock, start, spool);
        Reloading reloading = Reloading.start(
            config.effective(),
            header.config(),
            recorder,
            spool,
            armed,
            inventory,
            () -> pseudonyms(home),
            systemd,
            this::talk);
        RunningGpus gpus = RunningGpus.start(gpu, spool, header, clock, addresses);
        Map<String, RecorderCommand> commands = new TreeMap<>(gpus.commands());
        commands.putAll(armed.commands());
        commands.putAll(
            new RecorderStatus(header, recorder, spool, triggers, gpus::gpus).commands());
        commands.putAll(stream.commands(recorder));
        RecorderSocket socket = listen(home, header.recordingId(), target, commands);
        systemd.watch(target, recorder::isSampling);
        try {
          recorder.run(duration, () -> {
            systemd.stopping();
            reloading.close();
            armed.close();
            onSeal.auditedBy(null);
            if (socket != null) {
              socket.close();
            }
            inventory.close();
            mlLog.close();
            log.close();
            logs.close();
            remotes.close();
            gpus.close();
            seals.conclude();
          });
        } catch (SpoolException e) {
          // What was written is sealed all the same; without its end the manifest calls it
          // recovered.
          talk(String.valueOf(e.getMessage()));
        }
        stream.close();
        spool.close();
        seals.close(this::talk);
        sealing = policy == null ? seal(spoolPath, target, signingKey) : stream.sealRest();
        if (policy == null && sealing == ExitCode.OK) {
          onSeal.sealed(target, id, header.selection(), this::talk);
        }
        onSeal.close(this::talk);
        if (sealing != ExitCode.OK && child != null) {
          sealing = WrappedCommand.RECORDER_FAILED;
        }
        exit[0] = sealing;
      } finally {
        sealed.countDown();
        forget(hook);
      }
    }
    // From here on a signal ends this process as any other: there is nothing left to seal.
    Process child = wrapped;
    return sealing != ExitCode.OK || child == null ? sealing : WrappedCommand.status(child, mlLog);
  }

  private Pseudonyms pseudonyms(Home home) throws IOException {
    return clearNames ? Pseudonyms.clear() : Node.pseudonyms(home.siteKey(), Node.hostName());
  }

  private @Nullable Path library() {
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

  private Path target(Home home, Moment now) throws IOException {
    Path own = Path.of("esnode-" + stamp(Instant.ofEpochMilli(now.tsMicros() / 1000)) + ".parquet");
    if (continuous.isRing()) {
      return BundleTarget.checked(ContinuousOptions.ringDirectory(home, out).resolve(own));
    }
    return BundleTarget.checked(out != null ? out : own);
  }

  private Path spoolPath(Path target, String id) {
    return target.resolveSibling(continuous.isRing() ? id : target.getFileName() + ".spool");
  }

  private SealingChild sealer(Path signingKey) {
    return new SealingChild(signingKey, sealPart.keepsSpool(), json -> {
      if (format == Format.json) {
        spec.commandLine().getOut().print(json);
        spec.commandLine().getOut().flush();
      }
    });
  }

  private SpoolHeader header(
      String id,
      String node,
      Path target,
      Moment start,
      GpuPart gpu,
      RunningRemotes remotes,
      Continuous.@Nullable Policy policy)
      throws IOException {
    Map<String, String> inventory = Inventory.read(Path.of("/"));
    Map<String, String> effective = new TreeMap<>();
    effective.put("interval", interval.toString());
    effective.put("duration", duration == null ? "until stopped" : duration.toString());
    effective.put("privacy.names", clearNames ? "clear" : "tokens");
    describeReloaded(effective);
    config.describe(effective);
    burst.describe(effective, interval, continuous.isRing());
    if (policy != null) {
      continuous.describe(effective, policy);
    }
    gpu.describe(effective);
    logPart.describe(effective);
    processPart.describe(effective);
    mlLog.describe(effective);
    remotes.describe(effective);
    sealPart.describe(effective);
    onSeal.describe(effective);
    effective.put("command", command.isEmpty() ? "none" : "recorded while a command ran");
    return new SpoolHeader(
        id,
        0,
        null,
        node,
        inventory.getOrDefault("boot.id", "unknown"),
        Version.text(),
        String.valueOf(target.getFileName()),
        start.tsMicros(),
        start.monoNanos(),
        interval.toNanos(),
        false,
        effective,
        inventory,
        id,
        0,
        null,
        policy == null || continuous.isRing() ? "manual" : "continuous",
        columns());
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

  /** Null where nobody will be able to ask; the recording goes on without. */
  private @Nullable RecorderSocket listen(
      Home home, String recordingId, Path target, Map<String, RecorderCommand> commands) {
    try {
      return RecorderSocket.open(home, recordingId, target, commands);
    } catch (IOException e) {
      talk("other commands cannot reach this recording: " + Reason.of(e));
      return null;
    }
  }

  private static Map<String, List<String>> columns() {
    return Registry.get().tables().stream()
        .collect(Collectors.toMap(
            t -> t.name(), t -> t.columns().stream().map(Metric::column).toList()));
  }

  private @Nullable Process startCommand(SpoolWriter spool, SpoolDirectory directory)
      throws IOException {
    if (command.isEmpty()) {
      return null;
    }
    try {
      return WrappedCommand.start(command, mlLog.output());
    } catch (CommandException e) {
      spool.close();
      SpoolDirectory again = SpoolDirectory.open(directory.path());
      again.delete(again.segments());
      throw e;
    }
  }

  /** SIGINT and SIGTERM end the recording; the JVM then waits for the seal before it goes. */
  private Thread endOnSignal(Recorder recorder, CountDownLatch sealed, int[] exit) {
    Thread hook = new Thread(
        () -> {
          recorder.stop("signal");
          try {
            sealed.await();
            // Ctrl-C reaches the command too: give it time to end, so that its status can be passed
            // on.
            Process child = wrapped;
            if (exit[0] == ExitCode.OK && child != null) {
              exit[0] = WrappedCommand.status(child, mlLog, GRACE_SECONDS);
            }
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          spec.commandLine().getErr().flush();
          spec.commandLine().getOut().flush();
          Runtime.getRuntime().halt(exit[0]);
        },
        "seal-on-signal");
    Runtime.getRuntime().addShutdownHook(hook);
    return hook;
  }

  private static void forget(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The JVM is going down already: the hook ends the process with our status.
      return;
    }
  }

  private int seal(Path spool, Path target, Path signingKey) throws IOException {
    List<String> arguments = new ArrayList<>(List.of(
        "seal",
        spool.toString(),
        "--out",
        target.toString(),
        "--key",
        signingKey.toString(),
        "--format",
        format.name()));
    if (sealPart.keepsSpool()) {
      arguments.add("--keep-spool");
    }
    Process sealing = ChildJvm.of(ChildJvm.ANALYSIS, arguments)
        .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
        .redirectOutput(ProcessBuilder.Redirect.INHERIT)
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
    try {
      int status = sealing.waitFor();
      if (status > 127) {
        talk("%s: sealing was interrupted; nothing is lost, finish it with: esnode recover %s"
            .formatted(target, spool));
        return ExitCode.CANNOT_WRITE;
      }
      return status;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return ExitCode.CANNOT_WRITE;
    }
  }

  private String until(@Nullable Process child) {
    if (child != null) {
      return " while the command runs";
    }
    return duration != null ? " for " + text(duration) : "; Ctrl-C ends and seals";
  }

  private static String text(Duration d) {
    return d.toString().substring(2).toLowerCase(Locale.ROOT);
  }

  private void talk(String line) {
    spec.commandLine().getErr().println("esnode: " + Text.oneLine(line));
  }

  /** A moment as it stands in file names. */
  static String stamp(Instant moment) {
    return STAMP.format(moment);
  }
}
