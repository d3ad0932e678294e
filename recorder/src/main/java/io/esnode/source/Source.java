package io.esnode.source;

import io.esnode.metric.Table;
import java.io.Closeable;
import java.util.List;

/**
 * Something the recorder reads at every tick. Not thread-safe: one sampler thread owns it, and that thread must not be
 * interrupted, because an interrupt closes the files a source keeps open (see {@link java.nio.channels.FileChannel}).
 */
public interface Source extends Sampled, Closeable {
  /** The table this source fills. */
  Table table();

  /**
   * Reads now and refills {@link #rows()}. Never throws for what it reads: a column that could not be read is absent
   * from its row, and {@link #failures()} says why. Allocates nothing while the files keep their shape.
   */
  void sample();

  /** The rows of the last sample. */
  @Override
  List<Row> rows();

  /**
   * Why columns are absent from the last sample: everything that {@link #table()} has and the rows lack. Immutable;
   * the same object from tick to tick while nothing changes, so a recorder need only look when the object is another.
   */
  List<Failure> failures();

  @Override
  void close();
}
