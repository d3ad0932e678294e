package io.esnode.capture;

import io.esnode.wire.Message;
import io.esnode.wire.RowsFrame;
import io.esnode.wire.WireWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One table of one GPU: the frame of its ticks, and the list of what it did not answer, sent again when it changes. Not
 * thread-safe.
 */
final class GpuTable {
  private final int gpu;
  private final int table;
  private final String entity;
  private final Columns columns;
  private final WireWriter out;
  private final CaptureClock clock;
  private final RowsFrame frame;
  private final List<Row> rows = new ArrayList<>();
  private final boolean alike;
  private boolean changed;
  private Message.@Nullable Absence whole;

  /** @param alike whether what all rows lack alike is said once, of the GPU */
  GpuTable(Context context, int gpu, int table, String entity, Columns columns, boolean alike) {
    this.gpu = gpu;
    this.table = table;
    this.entity = entity;
    this.columns = columns;
    this.alike = alike;
    this.out = context.out();
    this.clock = context.clock();
    frame = new RowsFrame(gpu, table, columns.size());
  }

  RowsFrame frame() {
    return frame;
  }

  Columns columns() {
    return columns;
  }

  Row add(String rowEntity) {
    Row row = new Row(rowEntity, frame, columns.size());
    rows.add(row);
    return row;
  }

  /** Forgets all rows, as at the beginning of a session; the next list of absences is sent whatever it says. */
  void clear() {
    rows.clear();
    changed = true;
  }

  void remove(Row row) {
    changed |= rows.remove(row);
  }

  /** Sends the tick, and the list of absences where it has changed. */
  void send() throws IOException {
    if (frame.rows() > 0) {
      out.write(frame);
    }
    if (whole != null) {
      whole = null;
      changed = true;
    }
    for (int i = 0; i < rows.size(); i++) {
      changed |= rows.get(i).takeChanged();
    }
    if (changed) {
      changed = false;
      write(absences());
    }
  }

  /** The whole table is absent from now on, until the next tick is sent. */
  void absent(@Nullable Integer code, String reason) throws IOException {
    Message.Absence now = new Message.Absence(entity, columns.table(), code, reason);
    if (!now.equals(whole)) {
      whole = now;
      write(List.of(now));
    }
  }

  private List<Message.Absence> absences() {
    List<Message.Absence> absences = new ArrayList<>();
    for (int column = 0; column < columns.size(); column++) {
      Row first = alike ? sameForAll(column) : null;
      if (first != null) {
        absences.add(first.absence(entity, column, columns));
        continue;
      }
      for (Row row : rows) {
        if (row.code(column) != 0) {
          absences.add(row.absence(row.entity(), column, columns));
        }
      }
    }
    return absences;
  }

  /** Eighteen links that lack the same counter are one fact about their GPU. */
  private @Nullable Row sameForAll(int column) {
    Row first = null;
    for (Row row : rows) {
      if (!row.asks(column)) {
        continue;
      }
      if (first == null) {
        first = row;
      } else if (!row.sameAbsence(column, first)) {
        return null;
      }
    }
    return first != null && first.code(column) != 0 ? first : null;
  }

  private void write(List<Message.Absence> absences) throws IOException {
    out.write(new Message.Absences(gpu, table, clock.tsMicros(), clock.monoNanos(), absences));
  }
}
