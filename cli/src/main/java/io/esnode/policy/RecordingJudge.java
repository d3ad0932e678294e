package io.esnode.policy;

import static io.esnode.signature.ReasonCode.POLICY_ANCHOR;
import static io.esnode.signature.ReasonCode.POLICY_CLOCK;
import static io.esnode.signature.ReasonCode.POLICY_COVERAGE;
import static io.esnode.signature.ReasonCode.POLICY_DROPS;
import static io.esnode.signature.ReasonCode.POLICY_RECORDER_VERSION;
import static io.esnode.signature.ReasonCode.POLICY_STREAM;

import io.esnode.bundle.Manifest;
import io.esnode.json.Json;
import io.esnode.signature.ReasonCode;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The rules about recordings; of anything else they cannot be evaluated. */
final class RecordingJudge {
  private final Policy policy;
  private final Policy.Bounds bounds;
  private final Results results;

  RecordingJudge(Policy policy, Results results) {
    this.policy = policy;
    this.bounds = policy.bounds();
    this.results = results;
  }

  void judge(Artefact artefact) {
    Manifest manifest = artefact.manifest();
    if (manifest == null) {
      for (ReasonCode rule : asked()) {
        results.notEvaluable(
            rule,
            "recording: found no manifest that a signature vouches for, expected one; the rule is about recordings alone");
      }
      return;
    }
    Completeness found = Completeness.of(manifest);
    coverage(found);
    drops(found);
    clock(artefact, found);
    version(found);
  }

  private Set<ReasonCode> asked() {
    Set<ReasonCode> asked = EnumSet.noneOf(ReasonCode.class);
    if (bounds.coveragePpm() != null || bounds.minDuration() != null) {
      asked.add(POLICY_COVERAGE);
    }
    if (bounds.maxDropped() != null || bounds.maxGaps() != null || bounds.latePpm() != null) {
      asked.add(POLICY_DROPS);
    }
    if (bounds.clockErrorMicros() != null || bounds.maxClockSteps() != null) {
      asked.add(POLICY_CLOCK);
    }
    if (policy.minVersion() != null) {
      asked.add(POLICY_RECORDER_VERSION);
    }
    if (policy.stream() != Policy.Stream.ANY) {
      asked.add(POLICY_STREAM);
    }
    if (policy.maxOpen() != null) {
      asked.add(POLICY_ANCHOR);
    }
    return asked;
  }

  private void coverage(Completeness found) {
    Long least = bounds.coveragePpm();
    if (least != null && found.coveragePpm() < 0) {
      results.notEvaluable(
          POLICY_COVERAGE,
          "coverage: found a recording without ticks, expected at least %s of them; record again"
              .formatted(Completeness.percent(least)));
    } else if (least != null) {
      results.add(
          POLICY_COVERAGE,
          found.coveragePpm() >= least,
          "coverage: found %s of the %s (ticks: %d of %d), expected at least %s; find out what held the recorder up"
              .formatted(
                  Completeness.percent(found.coveragePpm()),
                  Json.of(found.least()).ascii().replace("\"", ""),
                  found.captured(),
                  found.expected(),
                  Completeness.percent(least)));
    }
    Duration shortest = bounds.minDuration();
    if (shortest != null) {
      Duration duration = Duration.of(found.endTs(), ChronoUnit.MICROS)
          .minus(Duration.of(found.startTs(), ChronoUnit.MICROS));
      results.add(
          POLICY_COVERAGE,
          duration.compareTo(shortest) >= 0,
          "duration: found %s, expected at least %s; record longer".formatted(duration, shortest));
    }
  }

  private void drops(Completeness found) {
    atMost(POLICY_DROPS, "dropped ticks", found.dropped(), bounds.maxDropped());
    atMost(POLICY_DROPS, "gaps", found.gaps(), bounds.maxGaps());
    Long late = bounds.latePpm();
    if (late != null) {
      results.add(
          POLICY_DROPS,
          found.latePpm() <= late,
          "late ticks: found %s, expected at most %s; find out what held the recorder up"
              .formatted(Completeness.percent(found.latePpm()), Completeness.percent(late)));
    }
  }

  private void clock(Artefact artefact, Completeness found) {
    atMost(POLICY_CLOCK, "clock steps", found.clockSteps(), bounds.maxClockSteps());
    Long most = bounds.clockErrorMicros();
    if (most == null) {
      return;
    }
    ClockError error = artefact.clockError().get();
    Long bound = error.boundMicros();
    if (bound == null) {
      results.notEvaluable(
          POLICY_CLOCK,
          "clock error: found %s, expected at most %d µs; synchronise the clock, install what tells, and record again"
              .formatted(Json.of(error.source()).ascii().replace("\"", ""), most));
    } else {
      results.add(
          POLICY_CLOCK,
          bound <= most,
          "clock error: found at most %d µs, by %s, expected at most %d µs; synchronise the clock, record again"
              .formatted(bound, error.source(), most));
    }
  }

  private void atMost(ReasonCode rule, String what, long found, @Nullable Long most) {
    if (most != null) {
      results.add(
          rule,
          found <= most,
          "%s: found %d, expected at most %d; find out why, record again"
              .formatted(what, found, most));
    }
  }

  private void version(Completeness found) {
    Optional<Version> least = Optional.ofNullable(policy.minVersion()).flatMap(Version::parse);
    if (least.isEmpty()) {
      return;
    }
    Optional<Version> version = Version.parse(found.version());
    String message = "recorder: found version %s, expected %s or later; update it, record again"
        .formatted(Json.of(found.version()).ascii(), policy.minVersion());
    if (version.isEmpty()) {
      results.notEvaluable(POLICY_RECORDER_VERSION, message);
    } else {
      results.add(POLICY_RECORDER_VERSION, version.get().compareTo(least.get()) >= 0, message);
    }
  }
}
