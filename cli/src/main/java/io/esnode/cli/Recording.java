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
import io.esnode.seal.EpochChain;
import io.esnode.signature.ExitCode;
import io.esnode.source.Clock;
import io.esnode.source.Inventory;
import io.esnode.source.Moment;
import io.esnode.source.Sources;
import io.esnode.spool.SpoolDirectory;
import io.esnode.spool.SpoolException;
import io.esnode.spool.SpoolHeader;
import io.esnode.spool.SpoolWriter;
import io.esnode.trigger.Triggers;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One run of {@code esnode record}: starts what samples and what follows, ends it, has it sealed. Used once, by one thread; signals come
 * on others.
 */
final class Recording {
  private static final int GRACE_SECONDS = 2;

  private final RecordCommand asked;

  /** The command that is recorded, once it runs. */
  private volatile @Nullable Process wrapped;

  Recording(RecordCommand asked) {
    this.asked = asked;
  }

  /**
   * From the first sample to the sealed bundle.
   *
   * @return the exit status
   */
  int run() throws IOException {
    Continuous.Policy policy = asked.check();
    Path library = asked.library();
    Home home = Home.of(System.getenv());
    RunningRemotes remotes = RunningRemotes.of(asked.remotePart, () -> pseudonyms(home));
    Clock clock = Clock.system();
    Moment now = clock.now();
    String id = Uuid7.make(now.tsMicros() / 1000);
    Path target = target(home, now);
    GivenKey signingKey = asked.key.given(home, asked.spec.commandLine().getErr());
    EpochChain.NodeKey nodeKey = signingKey.nodeKey();
    String keyId = GivenKey.publicHalf(nodeKey).keyId();
    String node = asked.clearNames ? Node.hostName() : Node.token(home.siteKey(), Node.hostName());
    GpuPart gpu = GpuPart.of(Path.of("/"), library, asked.noGpu);
    Path spoolPath = spoolPath(target, id);
    SpoolDirectory directory = SpoolDirectory.create(spoolPath);
    Recorder recorder;
    int sealing;
    ProcessEvents processes = new ProcessEvents(clock, () -> pseudonyms(home));
    try (Sources sources =
            remotes.with(asked.logPart.with(gpu.with(asked.processPart.host(processes))));
        SystemdNotifier systemd =
            SystemdNotifier.of(System.getenv(), ProcessHandle.current().pid())) {
      Moment start = clock.now();
      RunningSeals seals = asked.sealPart.begin(
          header(id, node, target, start, gpu, remotes, policy, signingKey), nodeKey, clock);
      signingKey.vouched();
      SpoolHeader header = seals.header();
      BundleStream stream = BundleStream.start(
          policy,
          asked.continuous,
          directory,
          header,
          seals.seals(),
          target,
          clock,
          asked.onSeal.after(sealer(signingKey), id, this::talk),
          this::talk);
      SpoolWriter spool = stream.writer();
      Triggers triggers = new Triggers(asked.declared, asked.holdOff, asked.interval, spool);
      spool.watch(triggers);
      RunningTriggers armed = new RunningTriggers(asked.declared, triggers, clock);
      recorder = new Recorder(clock, sources, spool, start.monoNanos(), asked.interval);
      stream.freezeOn(triggers, recorder);
      asked.burst.arm(triggers, recorder, asked.interval, asked.continuous.isRing());
      asked.onSeal.auditedBy(
          (action, outcome, detail) -> recorder.audit(action, outcome, detail, null));
      armed.onSignal(this::talk);
      CountDownLatch sealed = new CountDownLatch(1);
      int[] exit = {ExitCode.BUG};
      Thread hook = endOnSignal(recorder, sealed, exit);
      try {
        Process child = startCommand(spool, directory);
        wrapped = child;
        talk("recording to %s every %s%s%s%s"
            .formatted(
                target, text(asked.interval), until(child), stream.words(), asked.config.words()));
        if (asked.nvmlLibrary != null) {
          talk("GPUs are asked through %s: the recording is marked simulated"
              .formatted(asked.nvmlLibrary));
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
        asked.mlLog.start(child, clock, start, () -> pseudonyms(home), spool::row);
        Logs logs = asked.logPart.start(clock, start, () -> pseudonyms(home), spool::row);
        InventoryWatch inventory = asked.processPart.inventory(
            clock, asked.watchedFiles, pseudonyms(home)::text, spool::row);
        remotes.start(clock, start, spool);
        Reloading reloading = Reloading.start(
            asked.config.effective(),
            header.config(),
            recorder,
            spool,
            armed,
            inventory,
            () -> pseudonyms(home),
            systemd,
            this::talk);
        RunningGpus gpus = RunningGpus.start(gpu, spool, header, clock, addresses);
        recorder.follow(gpus::pace);
        Map<String, RecorderCommand> commands = new TreeMap<>(gpus.commands());
        commands.putAll(armed.commands());
        commands.putAll(
            new RecorderStatus(header, recorder, spool, triggers, gpus::gpus).commands());
        commands.putAll(stream.commands(recorder));
        RecorderSocket socket = listen(home, header.recordingId(), target, commands);
        systemd.watch(target, recorder::isSampling);
        try {
          recorder.run(asked.duration, () -> {
            systemd.stopping();
            reloading.close();
            armed.close();
            asked.onSeal.auditedBy(null);
            if (socket != null) {
              socket.close();
            }
            inventory.close();
            asked.mlLog.close();
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
          asked.onSeal.sealed(target, id, header.selection(), this::talk);
        }
        asked.onSeal.close(this::talk);
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
    return sealing != ExitCode.OK || child == null
        ? sealing
        : WrappedCommand.status(child, asked.mlLog);
  }

  private Pseudonyms pseudonyms(Home home) throws IOException {
    return asked.clearNames ? Pseudonyms.clear() : Node.pseudonyms(home.siteKey(), Node.hostName());
  }

  private Path target(Home home, Moment now) throws IOException {
    Path own = Path.of(
        "esnode-" + RecordCommand.stamp(Instant.ofEpochMilli(now.tsMicros() / 1000)) + ".parquet");
    if (asked.continuous.isRing()) {
      return BundleTarget.checked(
          ContinuousOptions.ringDirectory(home, asked.out).resolve(own));
    }
    return BundleTarget.checked(asked.out != null ? asked.out : own);
  }

  private Path spoolPath(Path target, String id) {
    return target.resolveSibling(asked.continuous.isRing() ? id : target.getFileName() + ".spool");
  }

  private SealingChild sealer(GivenKey signingKey) {
    return new SealingChild(signingKey, asked.sealPart.keepsSpool(), json -> {
      if (asked.format == Format.json) {
        asked.spec.commandLine().getOut().print(json);
        asked.spec.commandLine().getOut().flush();
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
      Continuous.@Nullable Policy policy,
      GivenKey signingKey)
      throws IOException {
    Map<String, String> inventory = Inventory.read(Path.of("/"));
    Map<String, String> effective = new TreeMap<>();
    effective.put("interval", asked.interval.toString());
    effective.put("duration", asked.duration == null ? "until stopped" : asked.duration.toString());
    effective.put("privacy.names", asked.clearNames ? "clear" : "tokens");
    asked.describeReloaded(effective);
    asked.config.describe(effective);
    asked.burst.describe(effective, asked.interval, asked.continuous.isRing());
    if (policy != null) {
      asked.continuous.describe(effective, policy);
    }
    gpu.describe(effective);
    asked.logPart.describe(effective);
    asked.processPart.describe(effective);
    asked.mlLog.describe(effective);
    remotes.describe(effective);
    asked.sealPart.describe(effective);
    asked.onSeal.describe(effective);
    signingKey.describe(effective);
    effective.put("command", asked.command.isEmpty() ? "none" : "recorded while a command ran");
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
        asked.interval.toNanos(),
        false,
        effective,
        inventory,
        id,
        0,
        null,
        policy == null || asked.continuous.isRing() ? "manual" : "continuous",
        columns(),
        null);
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
    if (asked.command.isEmpty()) {
      return null;
    }
    try {
      return WrappedCommand.start(asked.command, asked.mlLog.output());
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
              exit[0] = WrappedCommand.status(child, asked.mlLog, GRACE_SECONDS);
            }
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          asked.spec.commandLine().getErr().flush();
          asked.spec.commandLine().getOut().flush();
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

  private int seal(Path spool, Path target, GivenKey signingKey) throws IOException {
    Process sealing =
        sealer(signingKey).start(spool, target, asked.format, ProcessBuilder.Redirect.INHERIT);
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
    return asked.duration != null ? " for " + text(asked.duration) : "; Ctrl-C ends and seals";
  }

  private static String text(Duration d) {
    return d.toString().substring(2).toLowerCase(Locale.ROOT);
  }

  private void talk(String line) {
    asked.spec.commandLine().getErr().println("esnode: " + Text.oneLine(line));
  }
}
