package io.esnode.policy;

import io.esnode.bundle.Manifest;
import io.esnode.json.Json;
import io.esnode.json.JsonException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;

/**
 * How much of what should be in a recording is in it, by its manifest. Immutable, thread-safe.
 *
 * @param coveragePpm millionths captured of what was expected: of ticks, or of the lane that has least; -1 where nothing was
 *     expected
 * @param least what has that coverage: {@code ticks}, or entity and table
 * @param latePpm millionths of the captured ticks
 * @param endTs last tick, µs since 1970 UTC, by the recorder's clock
 */
public record Completeness(
    String version,
    long coveragePpm,
    String least,
    long captured,
    long expected,
    long dropped,
    long latePpm,
    long gaps,
    long clockSteps,
    long startTs,
    long endTs) {
  static final long WHOLE = 1_000_000;

  public static Completeness of(Manifest manifest) {
    Manifest.Ticks ticks = manifest.ticks();
    long coverage = share(ticks.captured(), ticks.expected());
    String least = "ticks";
    List<Manifest.Lane> lanes = new ArrayList<>(manifest.lanes());
    if (manifest.nvml() != null) {
      lanes.addAll(manifest.nvml().lanes());
    }
    for (Manifest.Lane lane : lanes) {
      long own = share(lane.captured(), lane.expected());
      if (own >= 0 && own < coverage) {
        coverage = own;
        least = "samples of %s of %s".formatted(lane.table(), lane.entity());
      }
    }
    return new Completeness(
        manifest.toolVersion(),
        coverage,
        least,
        ticks.captured(),
        ticks.expected(),
        ticks.dropped(),
        Math.max(0, share(ticks.late(), ticks.captured())),
        manifest.gaps(),
        manifest.clock().steps().size(),
        manifest.startTs(),
        manifest.endTs());
  }

  /** Rounded down; at most {@link #WHOLE}; -1 of nothing. */
  private static long share(long part, long whole) {
    if (whole <= 0 || part < 0) {
      return -1;
    }
    return BigDecimal.valueOf(Math.min(part, whole))
        .multiply(BigDecimal.valueOf(WHOLE))
        .divide(BigDecimal.valueOf(whole), 0, RoundingMode.DOWN)
        .longValueExact();
  }

  /** Parts per million as a percentage, exact. */
  static String percent(long ppm) {
    return BigDecimal.valueOf(ppm, 4).stripTrailingZeros().toPlainString() + " %";
  }

  public Json.Obj toJson() {
    return Json.object()
        .put("tool_version", version)
        .put("coverage_ppm", coveragePpm)
        .put("coverage_of", least)
        .put("ticks_captured", captured)
        .put("ticks_expected", expected)
        .put("ticks_dropped", dropped)
        .put("late_ppm", latePpm)
        .put("gaps", gaps)
        .put("clock_steps", clockSteps)
        .put("start_ts_us", startTs)
        .put("end_ts_us", endTs)
        .build();
  }

  static Completeness from(Json.Obj json) throws JsonException {
    return new Completeness(
        json.text("tool_version"),
        json.integer("coverage_ppm"),
        json.text("coverage_of"),
        json.integer("ticks_captured"),
        json.integer("ticks_expected"),
        json.integer("ticks_dropped"),
        json.integer("late_ppm"),
        json.integer("gaps"),
        json.integer("clock_steps"),
        json.integer("start_ts_us"),
        json.integer("end_ts_us"));
  }
}
