package io.esnode.source;

import java.util.List;

/** Rows as they stand, and what they were read from. */
public interface Sampled {
  /** What the rows were read from, e.g. {@code procfs.diskstats}; stands in the bundle's {@code source} column. */
  String name();

  /**
   * The rows. List and rows are the same objects from tick to tick, refilled; when an entity appears or disappears, a new
   * list of new rows takes their place.
   */
  List<Row> rows();
}
