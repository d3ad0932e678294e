package io.esnode.capture;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The table {@code nvlink} of one GPU: a row for each NVLink link and each chip-to-chip link. Not thread-safe. */
final class Links {
  /** NVML_NVLINK_MAX_LINKS. */
  static final int MAX_LINKS = 18;

  private final GpuTable table;
  private final String gpu;
  private final Calls calls;
  private final long scratch;
  private final FieldBatch linkFields;
  private final FieldBatch c2cFields;
  private final List<Plan.QuerySpec> fallbacks;
  private final List<Row> links = new ArrayList<>();
  private final List<Query[]> linkQueries = new ArrayList<>();
  private final List<Row> c2c = new ArrayList<>();

  Links(Calls calls, Arena arena, Plan plan, GpuTable table, String gpu) {
    this.table = table;
    this.gpu = gpu;
    this.calls = calls;
    List<FieldSpec> perLink = plan.fields(Plan.NVLINK, Plan.Cadence.MEDIUM, "link");
    List<FieldSpec> perC2c = plan.fields(Plan.NVLINK, Plan.Cadence.MEDIUM, "c2c");
    linkFields = new FieldBatch(calls, arena.allocate(FieldBatch.bytes(perLink)), perLink);
    c2cFields = new FieldBatch(calls, arena.allocate(FieldBatch.bytes(perC2c)), perC2c);
    fallbacks = plan.queries(Plan.NVLINK);
    scratch = arena.allocate(64);
  }

  /** @param linkCount, c2cCount as NVML said, whatever that is */
  void run(long handle, long linkCount, long c2cCount, long tick, long tsMicros, long monoNanos)
      throws IOException {
    table.frame().begin(tick, tsMicros, monoNanos);
    int count = (int) Math.max(0, Math.min(linkCount, MAX_LINKS));
    for (int link = 0; link < count; link++) {
      if (link == links.size()) {
        add(link);
      }
      Row row = links.get(link);
      row.begin();
      linkFields.run(handle, row, link);
      Query[] queries = linkQueries.get(link);
      for (int i = 0; i < queries.length; i++) {
        if (!row.present(fallbacks.get(i).unless())) {
          queries[i].run(handle, row);
        }
      }
    }
    int c2cs = (int) Math.max(0, Math.min(c2cCount, MAX_LINKS));
    for (int link = 0; link < c2cs; link++) {
      if (link == c2c.size()) {
        c2c.add(table.add("%s/c2c:%s".formatted(gpu, link)));
      }
      c2c.get(link).begin();
      c2cFields.run(handle, c2c.get(link), link);
    }
    table.send();
  }

  private void add(int link) {
    links.add(table.add("%s/nvlink:%s".formatted(gpu, link)));
    linkQueries.add(fallbacks.stream()
        .map(spec -> new Query(calls, scratch, spec.shapes(), link))
        .toArray(Query[]::new));
  }
}
