package io.esnode.ledger;

import io.esnode.json.Json;
import io.esnode.json.JsonException;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How complete the recording is, over all bundles.
 *
 * @param intervalMs time between ticks as configured; the longest where bundles differ
 * @param ticksExpected ticks that the time between first and last tick should have given
 * @param ticksCaptured ticks that are there
 * @param ticksLate of those captured, how many began later than half an interval after their time
 * @param ticksDropped sampled but not stored, for lack of room in the queue
 * @param ratio captured / expected, four decimals
 * @param clockSource where the wall clock took its time from, as the recorder saw it
 * @param clockSteps times the wall clock jumped against the monotonic clock
 * @param recorderCpuMsPerTick what recording cost, CPU time per tick, three decimals; null where not recorded
 * @param recorderMaxRssBytes largest resident memory of the recorder; null where not recorded
 * @param gaps what is missing and why, in time order
 */
public record Coverage(
    long intervalMs,
    long ticksExpected,
    long ticksCaptured,
    long ticksLate,
    long ticksDropped,
    String ratio,
    String clockSource,
    long clockSteps,
    @Nullable String recorderCpuMsPerTick,
    @Nullable Long recorderMaxRssBytes,
    List<Gap> gaps) {
  public Coverage {
    gaps = List.copyOf(gaps);
  }

  /**
   * A stretch without data.
   *
   * @param metric what is missing: {@code tick}, a table, or {@code table.column}
   * @param fromTs RFC 3339, null where only the monotonic time is known
   * @param code return code or errno, null where there was none
   */
  public record Gap(
      String entity,
      String metric,
      @Nullable String fromTs,
      @Nullable String toTs,
      @Nullable Long code,
      String reason) {
    /** NVML_ERROR_NOT_SUPPORTED, NVML_ERROR_FUNCTION_NOT_FOUND. */
    private static final Set<Long> NOT_SUPPORTED = Set.of(3L, 13L);

    /** NVML_ERROR_NO_PERMISSION, _NOT_FOUND, _NO_DATA, _ARGUMENT_VERSION_MISMATCH. */
    private static final Set<Long> NOT_GIVEN = Set.of(4L, 6L, 21L, 25L);

    /**
     * Whether it is something that a GPU, its driver or the NVML library does not give: how the machine is, nothing that
     * failed. A table without code or reason of that kind is another matter.
     */
    public boolean isNotGiven() {
      boolean column = metric.indexOf('.') >= 0;
      if (!entity.startsWith("gpu:")) {
        return false;
      }
      return code == null
          ? column
          : NOT_SUPPORTED.contains(code) || (column && NOT_GIVEN.contains(code));
    }

    Json.Obj toJson() {
      return Json.object()
          .put("entity", entity)
          .put("metric", metric)
          .put("from_ts", fromTs)
          .put("to_ts", toTs)
          .put("code", Json.ofNullable(code))
          .put("reason", reason)
          .build();
    }

    static Gap from(Json.Obj json) throws JsonException {
      return new Gap(
          json.text("entity"),
          json.text("metric"),
          json.textOrNull("from_ts"),
          json.textOrNull("to_ts"),
          json.integerOrNull("code"),
          json.text("reason"));
    }
  }

  Json.Obj toJson() {
    return Json.object()
        .put("interval_ms", intervalMs)
        .put("ticks_expected", ticksExpected)
        .put("ticks_captured", ticksCaptured)
        .put("ticks_late", ticksLate)
        .put("ticks_dropped", ticksDropped)
        .put("ratio", ratio)
        .put("clock_source", clockSource)
        .put("clock_steps", clockSteps)
        .put("recorder_cpu_ms_per_tick", recorderCpuMsPerTick)
        .put("recorder_max_rss_bytes", Json.ofNullable(recorderMaxRssBytes))
        .put("gaps", Json.array(gaps.stream().map(Gap::toJson).toList()))
        .build();
  }

  static Coverage from(Json.Obj json) throws JsonException {
    return new Coverage(
        json.integer("interval_ms"),
        json.integer("ticks_expected"),
        json.integer("ticks_captured"),
        json.integer("ticks_late"),
        json.integer("ticks_dropped"),
        json.text("ratio"),
        json.text("clock_source"),
        json.integer("clock_steps"),
        json.textOrNull("recorder_cpu_ms_per_tick"),
        json.integerOrNull("recorder_max_rss_bytes"),
        Ledger.each(json, "gaps", Gap::from));
  }
}
