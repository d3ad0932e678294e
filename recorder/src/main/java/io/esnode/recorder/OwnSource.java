package io.esnode.recorder;

import io.esnode.metric.Registry;
import io.esnode.metric.Table;
import io.esnode.source.Failure;
import io.esnode.source.Row;
import io.esnode.source.Source;
import io.esnode.spool.SpoolWriter;
import java.util.List;

/** What the recorder knows of itself: how late and slow it is, and what the disk makes it wait. Last of the sources; allocates nothing. */
final class OwnSource implements Source {
  private final Table table = Registry.get().table("recorder");
  private final int lateness = table.indexOf("lateness_us");
  private final int queue = table.indexOf("queue_depth_count");
  private final int spoolBytes = table.indexOf("spool_bytes");
  private final int sync = table.indexOf("fsync_us");
  private final int sampling = table.indexOf("sampling_us");
  private final Row row = new Row(table, "node");
  private final List<Row> rows = List.of(row);
  private final SpoolWriter spool;
  private long latenessNanos;
  private long beganNanos = System.nanoTime();

  OwnSource(SpoolWriter spool) {
    this.spool = spool;
  }

  /**
   * A sample begins.
   *
   * @param lateNanos from the moment at which it was due
   */
  void begin(long lateNanos) {
    latenessNanos = lateNanos;
    beganNanos = System.nanoTime();
  }

  @Override
  public String name() {
    return Recorder.SOURCE;
  }

  @Override
  public Table table() {
    return table;
  }

  @Override
  public void sample() {
    row.set(lateness, latenessNanos / 1_000);
    row.set(queue, spool.queued());
    row.set(spoolBytes, spool.writtenBytes());
    row.set(sync, spool.syncNanos() / 1_000);
    row.set(sampling, (System.nanoTime() - beganNanos) / 1_000);
  }

  @Override
  public List<Row> rows() {
    return rows;
  }

  @Override
  public List<Failure> failures() {
    return List.of();
  }

  @Override
  public void close() {}
}
