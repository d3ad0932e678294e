package io.esnode.cli;

import io.esnode.recorder.Continuous;
import io.esnode.signature.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What of {@code record} makes several bundles of one recording: rotation, or a ring. */
final class ContinuousOptions {
  private static final long MIN_BYTES = 4 << 20;
  private static final String SUFFIX = ".parquet";

  @Option(
      names = "--rotate",
      paramLabel = "D",
      converter = DurationConverter.class,
      description =
          "Seal a bundle every D, e.g. 24h, and go on: OUT-000000.parquet, OUT-000001.parquet, …")
  private @Nullable Duration rotate;

  @Option(
      names = "--ring",
      description =
          "Keep the last minutes only, until 'esnode dump' or a trigger makes a bundle of them; --out names a directory.")
  private boolean ring;

  @Option(
      names = "--keep",
      paramLabel = "D",
      converter = DurationConverter.class,
      description = "How far back the ring reaches; default: 15m.")
  private @Nullable Duration keep;

  @Option(
      names = "--max-bytes",
      paramLabel = "N",
      converter = ByteCountConverter.class,
      description = "How much disk the ring takes at most, e.g. 512M, 2G; default: 512M.")
  private @Nullable Long maxBytes;

  @Option(
      names = "--after",
      paramLabel = "D",
      converter = DurationConverter.class,
      description =
          "How much of what comes after a trigger is in its bundle, beside all that the ring holds; default: 1m.")
  private @Nullable Duration after;

  @Option(
      names = "--seal-on-exit",
      description =
          "Seal what the ring holds when the recording ends; default: it stays for 'esnode recover'.")
  private boolean sealOnExit;

  /** Null where the recording becomes one bundle. */
  Continuous.@Nullable Policy policy(Duration interval, boolean ends) {
    Duration every = rotate;
    if (every != null && ring) {
      throw new CommandException(ExitCode.USAGE, "--rotate and --ring: choose one");
    }
    if (!ring && (keep != null || maxBytes != null || after != null || sealOnExit)) {
      throw new CommandException(
          ExitCode.USAGE, "--keep, --max-bytes, --after and --seal-on-exit belong to --ring");
    }
    if (every != null) {
      atLeast("--rotate", every, interval);
      return Continuous.Policy.rotation(every);
    }
    if (!ring) {
      return null;
    }
    if (ends) {
      throw new CommandException(
          ExitCode.USAGE,
          "--ring does not end by itself: leave out --duration and the command, and ask with 'esnode dump'");
    }
    Duration reach = keep == null ? Duration.ofMinutes(15) : keep;
    atLeast("--keep", reach, interval);
    long most = maxBytes == null ? 512L << 20 : maxBytes;
    if (most < MIN_BYTES) {
      throw new CommandException(
          ExitCode.USAGE, "--max-bytes %d: at least %dM".formatted(most, MIN_BYTES >> 20));
    }
    return Continuous.Policy.ring(reach, most);
  }

  private static void atLeast(String option, Duration given, Duration interval) {
    Duration least = interval.multipliedBy(10);
    if (given.compareTo(least) < 0) {
      throw new CommandException(
          ExitCode.USAGE,
          "%s %s: at least ten times the interval, %s".formatted(option, text(given), text(least)));
    }
  }

  boolean isRing() {
    return ring;
  }

  /** How long a trigger's bundle waits for what comes after it. */
  Duration after() {
    return after == null ? Duration.ofMinutes(1) : after;
  }

  boolean sealsOnExit() {
    return !ring || sealOnExit;
  }

  /** Adds what the configuration is to say. */
  void describe(Map<String, String> config, Continuous.Policy policy) {
    if (ring) {
      config.put("bundles", "from a ring");
      config.put("ring.keep", Duration.ofNanos(policy.keepNanos()).toString());
      config.put("ring.max_bytes", Long.toString(policy.maxBytes()));
      config.put("ring.after", after().toString());
    } else {
      config.put("bundles", "one every " + Duration.ofNanos(policy.rotateNanos()));
    }
  }

  /** What the bundles' names begin with. */
  static String name(Path target) {
    String file = String.valueOf(target.getFileName());
    return file.endsWith(SUFFIX) ? file.substring(0, file.length() - SUFFIX.length()) : file;
  }

  /** Where a ring lies, and what is made of it. */
  static Path ringDirectory(Home home, @Nullable Path out) throws IOException {
    if (out == null) {
      Files.createDirectories(home.spool());
      return home.spool();
    }
    if (!Files.isDirectory(out)) {
      throw new CommandException(
          ExitCode.USAGE, "--out %s: with --ring, a directory that is there".formatted(out));
    }
    return out;
  }

  static String text(Duration d) {
    return d.toString().substring(2).toLowerCase(Locale.ROOT);
  }
}
