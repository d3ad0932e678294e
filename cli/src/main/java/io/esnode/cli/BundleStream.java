package io.esnode.cli;

import io.esnode.json.Json;
import io.esnode.json.JsonException;
import io.esnode.recorder.BundleSealer;
import io.esnode.recorder.Continuous;
import io.esnode.recorder.EmptySpoolException;
import io.esnode.recorder.Frozen;
import io.esnode.recorder.Leftover;
import io.esnode.recorder.Recorder;
import io.esnode.signature.ExitCode;
import io.esnode.source.Clock;
import io.esnode.spool.SegmentKeeper;
import io.esnode.spool.SpoolDirectory;
import io.esnode.spool.SpoolException;
import io.esnode.spool.SpoolHeader;
import io.esnode.spool.SpoolSeals;
import io.esnode.spool.SpoolWriter;
import io.esnode.trigger.Triggers;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The spool of a recording that runs, and the bundles that are made of it while it does. */
final class BundleStream implements AutoCloseable {
  /** Sealing a full ring on a busy machine. */
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  /** As far back as a ring may reach. */
  private static final Duration EVERYTHING = Duration.ofDays(365);

  private final @Nullable Continuous continuous;
  private final ContinuousOptions options;
  private final SpoolWriter writer;
  private final Path spool;
  private final Path bundles;
  private final String name;
  private final BundleSealer sealer;
  private final Consumer<String> talk;
  private final Duration interval;

  private BundleStream(
      @Nullable Continuous continuous,
      ContinuousOptions options,
      SpoolWriter writer,
      SpoolHeader header,
      Path spool,
      Path target,
      BundleSealer sealer,
      Consumer<String> talk) {
    this.continuous = continuous;
    this.options = options;
    this.writer = writer;
    this.spool = spool;
    this.bundles = beside(target);
    this.name = ContinuousOptions.name(target);
    this.sealer = sealer;
    this.talk = talk;
    this.interval = Duration.ofNanos(header.intervalNanos());
  }

  /**
   * Opens the spool.
   *
   * @param policy null for one bundle, which is made when the recording is over
   * @param seals vouches for what is written
   * @param target its name, or what the names of several are made of
   */
  static BundleStream start(
      Continuous.@Nullable Policy policy,
      ContinuousOptions options,
      SpoolDirectory directory,
      SpoolHeader header,
      SpoolSeals seals,
      Path target,
      Clock clock,
      BundleSealer sealer,
      Consumer<String> talk)
      throws IOException {
    if (policy == null) {
      SpoolWriter plain = SpoolWriter.open(
          directory, header, SpoolWriter.Options.DEFAULT, SegmentKeeper.NONE, seals);
      return new BundleStream(null, options, plain, header, directory.path(), target, sealer, talk);
    }
    Continuous running = Continuous.start(
        policy,
        directory,
        header,
        ContinuousOptions.name(target),
        beside(target),
        clock,
        sealer,
        talk);
    SpoolWriter writer = SpoolWriter.open(
        directory, header, policy.options(SpoolWriter.Options.DEFAULT), running, seals);
    running.writes(writer);
    return new BundleStream(
        running, options, writer, header, directory.path(), target, sealer, talk);
  }

  private static Path beside(Path target) {
    Path parent = target.toAbsolutePath().normalize().getParent();
    return parent == null ? target.toAbsolutePath() : parent;
  }

  SpoolWriter writer() {
    return writer;
  }

  /** From now on what fires makes a bundle of the ring and of what comes after; nothing happens where there is no ring. */
  void freezeOn(Triggers triggers, Recorder recorder) {
    Continuous ring = continuous;
    if (ring == null || !options.isRing()) {
      return;
    }
    triggers.listen(firing -> {
      recorder.audit("ring.frozen", "success", "for the trigger " + firing.trigger(), null);
      CompletableFuture<Void> unused = ring.freeze(EVERYTHING, options.after(), "trigger", null)
          .handle((frozen, failure) -> {
            talk.accept("trigger %s: %s"
                .formatted(
                    firing.trigger(),
                    failure == null ? "sealed " + frozen.bundle() : failure.getMessage()));
            return null;
          });
    });
  }

  /** How the recording is told from a plain one, for the user. */
  String words() {
    if (continuous == null) {
      return "";
    }
    return options.isRing()
        ? "; a ring in %s, 'esnode dump' makes a bundle of it".formatted(spool)
        : "; bundles %s-000000.parquet and on".formatted(name);
  }

  /** {@code dump}; nothing where there is no ring. */
  Map<String, RecorderCommand> commands(Recorder recorder) {
    Continuous ring = continuous;
    return ring == null || !options.isRing()
        ? Map.of()
        : Map.of("dump", request -> dump(ring, recorder, request));
  }

  private Json.Builder dump(Continuous ring, Recorder recorder, Json.Obj request)
      throws JsonException {
    Duration last = Duration.ofMillis(request.integer("last_ms"));
    String out = request.textOrNull("out");
    Path bundle = null;
    try {
      bundle = out == null ? null : BundleTarget.checked(Path.of(out));
    } catch (CommandException | InvalidPathException e) {
      return refused(String.valueOf(e.getMessage()));
    }
    recorder.audit(
        "ring.dump",
        "success",
        "the last %s: %s".formatted(last, Text.oneLine(request.text("why"))),
        null);
    try {
      Frozen frozen = ring.freeze(last, Duration.ZERO, "manual", bundle)
          .get(PATIENCE.plus(interval.multipliedBy(2)).toMillis(), TimeUnit.MILLISECONDS);
      return Json.object()
          .put("done", true)
          .put("dumped", frozen.bundle().toString())
          .put("sha256", frozen.sha256())
          .put("from_ts_us", frozen.fromTs())
          .put("to_ts_us", frozen.toTs())
          .put("detail", "sealed");
    } catch (ExecutionException e) {
      return refused("not sealed, and tried again with the next one: "
          + (e.getCause() == null ? e.getMessage() : e.getCause().getMessage()));
    } catch (TimeoutException e) {
      return refused("still being sealed; it appears when it is");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return refused("the recording ended");
    }
  }

  private static Json.Builder refused(String why) {
    return Json.object().put("done", false).put("detail", why);
  }

  /** Seals what is pending; after the recorder has ended, before the writer is closed. */
  @Override
  public void close() {
    if (continuous != null) {
      continuous.close();
    }
  }

  /** Seals the rest, after all is closed; or says where it is. */
  int sealRest() {
    if (!options.sealsOnExit()) {
      talk.accept("the ring stays in %s; seal it with: esnode recover %s".formatted(spool, spool));
      return ExitCode.OK;
    }
    try (SpoolDirectory directory = SpoolDirectory.open(spool)) {
      new Leftover(directory, sealer, bundles, talk).seal();
      return ExitCode.OK;
    } catch (EmptySpoolException e) {
      talk.accept(String.valueOf(e.getMessage()));
      return ExitCode.EVIDENCE_MISSING;
    } catch (SpoolException e) {
      talk.accept(String.valueOf(e.getMessage()));
      return ExitCode.MALFORMED;
    } catch (IOException e) {
      talk.accept("%s; finish it with: esnode recover %s".formatted(Reason.of(e), spool));
      return ExitCode.CANNOT_WRITE;
    }
  }
}
