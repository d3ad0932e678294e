package io.esnode.capture;

import java.util.ArrayList;
import java.util.List;

/**
 * What is asked of a GPU at every tick, and between the ticks of a burst. Not thread-safe; allocates nothing when it runs.
 */
final class FastCalls {
  private static final int QUERY_BYTES = 320;

  private final Handle handle;
  private final FieldBatch fields;
  private final List<Query> queries = new ArrayList<>();
  private final List<Integer> unless = new ArrayList<>();
  private final int callsCount;
  private final int callsTime;
  private final int fieldsLatency;
  private final int fieldsOldest;

  FastCalls(Calls calls, Arena arena, Plan plan, Handle handle) {
    this.handle = handle;
    List<FieldSpec> specs = plan.fields(Plan.GPU, Plan.Cadence.TICK, "");
    fields = new FieldBatch(calls, arena.allocate(FieldBatch.bytes(specs)), specs);
    long block = arena.allocate(QUERY_BYTES);
    for (Plan.QuerySpec spec : plan.queries(Plan.GPU)) {
      if (spec.cadence() == Plan.Cadence.TICK) {
        queries.add(new Query(calls, block, spec.shapes(), 0));
        unless.add(spec.unless());
      }
    }
    Columns columns = plan.columns(Plan.GPU);
    callsCount = columns.at("nvml_calls_count");
    callsTime = columns.at("nvml_time_us");
    fieldsLatency = columns.at("fields_latency_us");
    fieldsOldest = columns.at("fields_oldest_us");
  }

  /** One call each. */
  List<Step> steps(Row row) {
    List<Step> steps = new ArrayList<>();
    steps.add(() -> fields.run(handle.value(), row));
    for (int i = 0; i < queries.size(); i++) {
      Query query = queries.get(i);
      int column = unless.get(i);
      steps.add(() -> {
        if (column < 0 || !row.present(column)) {
          query.run(handle.value(), row);
        }
      });
    }
    return steps;
  }

  /** What the row says of the asking itself. */
  void account(Row row, long calls, long nvmlNanos) {
    if (fields.latencyMicros() >= 0) {
      row.value(fieldsLatency, fields.latencyMicros());
    }
    if (fields.oldestMicros() >= 0) {
      row.value(fieldsOldest, fields.oldestMicros());
    }
    row.value(callsCount, calls);
    row.value(callsTime, nvmlNanos / 1_000);
  }
}
