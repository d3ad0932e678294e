package io.esnode.gpu;

import io.esnode.metric.Table;
import io.esnode.source.Row;
import io.esnode.spool.SpoolLane;
import io.esnode.wire.Message;
import java.util.ArrayList;
import java.util.List;

/**
 * The rows of one GPU and table between the pipe and the spool: those of its ticks, or those between them, which are counted
 * from 0. Not thread-safe.
 */
final class GpuLane {
  private final Table table;
  private final SpoolLane spool;
  private int[] places = new int[0];
  private List<Row> rows = List.of();
  private long samples;

  GpuLane(Table table, SpoolLane spool) {
    this.table = table;
    this.spool = spool;
  }

  /** @param places for each column on the pipe its place in the table, or -1 */
  void columns(int[] places) {
    this.places = places;
  }

  void tick(Message.Rows from) {
    if (!sameEntities(from)) {
      rows = rows(from);
    }
    for (int i = 0; i < rows.size(); i++) {
      Row row = rows.get(i);
      row.clear();
      for (int column = 0; column < places.length; column++) {
        if (places[column] >= 0 && from.present(i, column)) {
          row.set(places[column], from.value(i, column));
        }
      }
    }
    boolean between = from.tick() == Message.Rows.NO_TICK;
    spool.tick(between ? samples : from.tick(), from.tsMicros(), from.monoNanos(), rows);
    samples++;
  }

  private boolean sameEntities(Message.Rows from) {
    if (from.rows() != rows.size()) {
      return false;
    }
    for (int i = 0; i < rows.size(); i++) {
      if (!rows.get(i).entity().equals(from.entity(i))) {
        return false;
      }
    }
    return true;
  }

  private List<Row> rows(Message.Rows from) {
    List<Row> now = new ArrayList<>(from.rows());
    for (int i = 0; i < from.rows(); i++) {
      now.add(new Row(table, from.entity(i)));
    }
    return now;
  }
}
