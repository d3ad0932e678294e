package io.esnode.recorder;

import io.esnode.bundle.BundleWriter;
import io.esnode.bundle.NvmlSession;
import io.esnode.bundle.RowBatch;
import io.esnode.metric.Metric;
import io.esnode.metric.Table;
import io.esnode.seal.EpochSeal;
import io.esnode.spool.LaneName;
import io.esnode.spool.SealRow;
import io.esnode.spool.SpoolVisitor;
import io.esnode.spool.TextRow;
import io.esnode.spool.Tick;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Second pass over a spool: every row into its row group. All groups that are not full yet share one budget of memory; what takes
 * most of it is written first, so that a day with many tables needs no more than an hour with few. Not thread-safe.
 */
final class SealedRows implements SpoolVisitor {
  private static final long MAX_BYTES = 96L << 20;

  private final BundleWriter writer;
  private final Survey survey;
  private final Map<String, Part> parts = new LinkedHashMap<>();
  private @Nullable Part last;

  /** One table on its way. */
  private static final class Part {
    private final Table table;
    private final int[] places;
    private RowBatch batch;

    Part(Table table, int[] places) {
      this.table = table;
      this.places = places;
      this.batch = new RowBatch(table);
    }
  }

  /** @param tables in the order in which what is left of them is written */
  SealedRows(BundleWriter writer, Survey survey, List<Table> tables) {
    this.writer = writer;
    this.survey = survey;
    for (Table table : tables) {
      parts.put(table.name(), new Part(table, survey.places(table)));
    }
  }

  @Override
  public void tick(Tick tick) throws IOException {
    ticks(tick, tick.number(), survey.origin("live"));
  }

  @Override
  public void laneTick(LaneName lane, Tick tick) throws IOException {
    ticks(tick, lane.isBurst() ? null : tick.number(), survey.origin(lane.rowOrigin()));
  }

  private void ticks(Tick tick, @Nullable Long number, String origin) throws IOException {
    for (int row = 0; row < tick.rows(); row++) {
      Part part = part(tick.table(row));
      RowBatch batch = part.batch;
      batch.startRow(tick.entity(row), origin, tick.source(row));
      batch.time(number, tick.tsMicros(), tick.monoNanos());
      int columns = Math.min(tick.columns(row), part.places.length);
      for (int column = 0; column < columns; column++) {
        if (tick.present(row, column)) {
          batch.set(part.places[column], tick.value(row, column));
        }
      }
      writeIfFull(part);
    }
  }

  @Override
  public void row(TextRow row, long monoNanos) throws IOException {
    Part part = part(row.table());
    RowBatch batch = part.batch;
    batch.startRow(row.entity(), survey.origin(row.origin()), row.source());
    batch.time(row.tick(), row.tsMicros(), monoNanos);
    for (int i = 0; i < part.table.columns().size(); i++) {
      Metric metric = part.table.columns().get(i);
      String text = row.texts().get(metric.column());
      Long number = row.numbers().get(metric.column());
      if (metric.type() == Metric.Type.TEXT && text != null) {
        batch.set(i, text);
      } else if (metric.type() != Metric.Type.TEXT && number != null) {
        batch.set(i, number);
      }
    }
    writeIfFull(part);
  }

  @Override
  public void session(NvmlSession session, long monoNanos) {
    // Stands in the manifest.
  }

  @Override
  public void seal(EpochSeal seal, boolean differs) throws IOException {
    row(SealRow.of(seal, survey.origin("live")), seal.monoNanos());
  }

  @Override
  public void damage(Damage damage) {
    // Counted in the first pass.
  }

  void finish() throws IOException {
    for (TextRow row : survey.added()) {
      row(row, survey.monoOf(row));
    }
    for (Part part : parts.values()) {
      write(part);
    }
  }

  private Part part(String table) {
    Part now = last;
    if (now == null || !now.table.name().equals(table)) {
      now = parts.get(table);
      if (now == null) {
        throw new IllegalStateException("rows of %s were not there at first".formatted(table));
      }
      last = now;
    }
    return now;
  }

  private void writeIfFull(Part part) throws IOException {
    if (part.batch.size() >= BundleWriter.MAX_ROWS) {
      write(part);
    } else if (part.batch.full()) {
      makeRoom();
    }
  }

  /** Before a batch takes twice its memory. */
  private void makeRoom() throws IOException {
    long bytes = 0;
    Part largest = null;
    for (Part part : parts.values()) {
      long own = part.batch.bytes();
      bytes += own;
      if (largest == null || own > largest.batch.bytes()) {
        largest = part;
      }
    }
    if (largest != null && bytes > MAX_BYTES) {
      write(largest);
    }
  }

  private void write(Part part) throws IOException {
    writer.write(part.batch);
    part.batch = new RowBatch(part.table);
  }
}
