package io.esnode.capture;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * One tick of one GPU in one session: which calls, in which order, at which cadence. Not thread-safe; allocates nothing where
 * nothing changes and neither processes nor instances are looked at.
 */
final class GpuTick {
  private static final long SECOND_NANOS = 1_000_000_000;
  private static final long MEDIUM_NANOS = 10 * SECOND_NANOS;
  private static final long SLOW_NANOS = 60 * SECOND_NANOS;
  private static final int QUERY_BYTES = 320;
  private static final long NEVER = Long.MIN_VALUE;

  private final Context context;
  private final Calls calls;
  private final Handle handle;
  private final GpuTable table;
  private final Row row;
  private final FastCalls fast;
  private final FieldBatch mediumFields;
  private final Gpm gpm;
  private final Instances instances;
  private final Links links;
  private final Processes processes;
  private final Program program;
  private final int sending;
  private final int migMode;
  private final int linkCount;
  private final int c2cCount;

  private long tick;
  private long tsMicros;
  private long monoNanos;
  private boolean mediumDue;
  private boolean slowDue;
  private long mediumEpoch = NEVER;
  private long slowEpoch = NEVER;
  private long nvmlNanos;
  private boolean hasValues;
  private int fatal;

  GpuTick(
      Context context,
      Calls calls,
      Arena arena,
      Plan plan,
      String entity,
      int place,
      Handle handle,
      GpuTable table,
      GpuTable processTable,
      GpuTable linkTable) {
    this.context = context;
    this.calls = calls;
    this.handle = handle;
    this.table = table;
    row = table.add(entity);
    Columns columns = table.columns();
    migMode = columns.at("mig_mode");
    linkCount = columns.at("nvlink_links_count");
    c2cCount = columns.at("c2c_links_count");
    fast = new FastCalls(calls, arena, plan, handle);
    mediumFields = fields(arena, plan, Plan.Cadence.MEDIUM);
    gpm = new Gpm(calls, arena, plan.gpm());
    instances = new Instances(calls, arena, plan, table, context.notes(), entity);
    links = new Links(calls, arena, plan, linkTable, entity);
    processes =
        new Processes(calls, arena, processTable, entity, context.options().root());
    List<Step> steps = new ArrayList<>();
    steps.add(this::beginRow);
    steps.addAll(fast.steps(row));
    steps.add(medium(() -> mediumFields.run(handle.value(), row)));
    addQueries(steps, arena, plan, Plan.Cadence.MEDIUM);
    steps.add(medium(() -> gpm.run(handle.value(), row)));
    addQueries(steps, arena, plan, Plan.Cadence.SLOW);
    steps.add(medium(() -> instances.refresh(handle.value(), isMig())));
    sending = steps.size();
    steps.add(this::sendRow);
    steps.add(medium(this::links));
    steps.add(
        medium(() -> processes.run(handle.value(), instances.list(), tick, tsMicros, monoNanos)));
    program = new Program(steps);
  }

  private FieldBatch fields(Arena arena, Plan plan, Plan.Cadence cadence) {
    List<FieldSpec> fields = plan.fields(Plan.GPU, cadence, "");
    return new FieldBatch(calls, arena.allocate(FieldBatch.bytes(fields)), fields);
  }

  private void addQueries(List<Step> steps, Arena arena, Plan plan, Plan.Cadence cadence) {
    long block = arena.allocate(QUERY_BYTES);
    for (Plan.QuerySpec spec : plan.queries(Plan.GPU)) {
      if (spec.cadence() != cadence) {
        continue;
      }
      Query query = new Query(calls, block, spec.shapes(), 0);
      int unless = spec.unless();
      Step step = unless < 0
          ? () -> query.run(handle.value(), row)
          : () -> {
            if (!row.present(unless)) {
              query.run(handle.value(), row);
            }
          };
      steps.add(cadence == Plan.Cadence.MEDIUM ? medium(step) : slow(step));
    }
  }

  private Step medium(Step step) {
    return () -> {
      if (mediumDue) {
        step.run();
      }
    };
  }

  private Step slow(Step step) {
    return () -> {
      if (slowDue) {
        step.run();
      }
    };
  }

  /**
   * Begins a tick.
   *
   * @param scheduleNanos time since tick 0, shifted so that not all GPUs are asked for everything at once
   */
  void start(long number, long scheduleNanos) {
    tick = number;
    long medium = Math.floorDiv(scheduleNanos, MEDIUM_NANOS);
    long slow = Math.floorDiv(scheduleNanos, SLOW_NANOS);
    mediumDue = medium != mediumEpoch;
    slowDue = slow != slowEpoch;
    mediumEpoch = medium;
    slowEpoch = slow;
    tsMicros = context.clock().tsMicros();
    monoNanos = context.clock().monoNanos();
    program.restart();
  }

  /** Goes on until the tick is done; a call that was late ends it before its time. */
  void run() throws IOException {
    while (!program.isDone()) {
      program.step();
      if (calls.takeLate()) {
        program.skipTo(sending);
        mediumDue = false;
      }
    }
  }

  /** For samples between the ticks. */
  FastCalls fast() {
    return fast;
  }

  boolean isUnderWay() {
    return !program.isDone();
  }

  private boolean isMig() {
    return row.last(migMode, 0) == 1;
  }

  private void beginRow() {
    table.frame().begin(tick, tsMicros, monoNanos);
    row.begin();
  }

  private void sendRow() throws IOException {
    row.mig(isMig());
    hasValues = row.values() > 0;
    fatal = row.fatal();
    nvmlNanos = calls.takeNanos();
    fast.account(row, calls.takeCount(), nvmlNanos);
    if (hasValues) {
      instances.run();
    } else {
      mediumDue = false;
    }
    table.send();
  }

  private void links() throws IOException {
    links.run(
        handle.value(), row.last(linkCount, 0), row.last(c2cCount, 0), tick, tsMicros, monoNanos);
  }

  /** Whether the tick brought any value. */
  boolean hasValues() {
    return hasValues;
  }

  /** A code that speaks of the GPU or the driver as a whole; 0 where there was none. */
  int fatal() {
    return fatal;
  }

  long beganNanos() {
    return monoNanos;
  }

  /** Time inside NVML since the row before, ns. */
  long nvmlNanos() {
    return nvmlNanos;
  }

  /** The GPU was reset: everything is asked again at the next tick. */
  void handleChanged() {
    gpm.forget();
    mediumEpoch = NEVER;
    slowEpoch = NEVER;
  }

  void close() {
    gpm.close();
  }
}
