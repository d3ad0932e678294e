package io.esnode.timeline;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One column of one entity of a host table through time. Immutable, thread-safe; a read is a binary search.
 *
 * <p>A source walks {@link Timeline#hostSeries()}, which is sorted by table, entity and column, and asks each for its value at
 * the tick. Table and column are not checked here: the metrics belong to another module.
 */
public final class HostSeries {
  private final String table;
  private final String entity;
  private final String column;
  private final Series series;

  HostSeries(String table, String entity, String column, Series series) {
    this.table = table;
    this.entity = entity;
    this.column = column;
    this.series = series;
  }

  public String table() {
    return table;
  }

  /** As in a bundle, e.g. {@code node}, {@code cpu:0}, {@code disk:nvme0n1}. */
  public String entity() {
    return entity;
  }

  public String column() {
    return column;
  }

  /**
   * The value at a moment.
   *
   * @param ms since the start of the recording
   * @return empty before the timeline first says anything about it: the entity has not been seen yet
   */
  public Optional<HostValue> at(long ms) {
    if (!series.isSetAt(ms)) {
      return Optional.empty();
    }
    @Nullable String reason = series.absenceAt(ms);
    return Optional.of(
        reason == null ? new HostValue.Present(series.at(ms)) : new HostValue.Absent(reason));
  }
}
