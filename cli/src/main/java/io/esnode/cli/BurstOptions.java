package io.esnode.cli;

import io.esnode.recorder.Recorder;
import io.esnode.signature.ExitCode;
import io.esnode.trigger.Triggers;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What of {@code record} samples faster for a while when a trigger fires. */
final class BurstOptions {
  private static final Duration LEAST = Duration.ofMillis(10);

  /** What a ring is for is the moment in which something happens. */
  private static final Duration OF_A_RING = Duration.ofMillis(200);

  /** The end of the recorded command ends the recording as well. */
  private static final String EXIT = "exit";

  @Option(
      names = "--burst",
      paramLabel = "D",
      converter = DurationConverter.class,
      description =
          "When a trigger fires, sample the host and its GPUs at this pace between the ticks for a while, e.g. 100ms; default: 200ms with --ring, else not at all.")
  private @Nullable Duration burst;

  @Option(
      names = "--burst-for",
      paramLabel = "D",
      converter = DurationConverter.class,
      defaultValue = "30s",
      description = "How long a burst lasts; default: ${DEFAULT-VALUE}.")
  private Duration length = Duration.ofSeconds(30);

  @Option(names = "--no-burst", description = "No burst, not even with --ring.")
  private boolean none;

  /** Null where there are none. */
  private @Nullable Duration pace(Duration interval, boolean ring) {
    Duration wanted = burst;
    if (wanted != null && none) {
      throw new CommandException(ExitCode.USAGE, "--burst and --no-burst: choose one");
    }
    if (wanted == null) {
      return ring && !none && OF_A_RING.compareTo(interval) < 0 ? OF_A_RING : null;
    }
    if (wanted.compareTo(LEAST) < 0 || wanted.compareTo(interval) >= 0) {
      throw new CommandException(
          ExitCode.USAGE,
          "--burst %s: from %s to less than the interval, which is %s"
              .formatted(
                  ContinuousOptions.text(wanted),
                  ContinuousOptions.text(LEAST),
                  ContinuousOptions.text(interval)));
    }
    if (length.compareTo(wanted) < 0) {
      throw new CommandException(
          ExitCode.USAGE,
          "--burst-for %s: at least as long as between two samples, %s"
              .formatted(ContinuousOptions.text(length), ContinuousOptions.text(wanted)));
    }
    return wanted;
  }

  /** Refuses what cannot be. */
  void check(Duration interval, boolean ring) {
    Duration unused = pace(interval, ring);
  }

  /** Adds what the configuration is to say. */
  void describe(Map<String, String> config, Duration interval, boolean ring) {
    Duration pace = pace(interval, ring);
    config.put("burst", pace == null ? "none" : pace.toString());
    if (pace != null) {
      config.put("burst.for", length.toString());
    }
  }

  /** From now on what fires begins a burst, where there is to be one, and a snapshot. */
  void arm(Triggers triggers, Recorder recorder, Duration interval, boolean ring) {
    Duration pace = pace(interval, ring);
    if (pace != null) {
      recorder.burst(pace, length);
    }
    triggers.listen(firing -> {
      if (!firing.trigger().equals(EXIT)) {
        recorder.incident(firing.trigger());
      }
    });
  }
}
