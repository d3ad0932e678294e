package io.esnode.spool;

import io.esnode.bundle.NvmlSession;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Collects what a spool holds as text, one line a tick. */
class Recorded implements SpoolVisitor {
  final Map<Long, String> ticks = new LinkedHashMap<>();
  /** By lane, entity and tick. */
  final Map<String, String> laneTicks = new LinkedHashMap<>();

  final List<NvmlSession> sessions = new ArrayList<>();
  final List<TextRow> rows = new ArrayList<>();
  final List<Damage> damage = new ArrayList<>();

  @Override
  public void tick(Tick tick) {
    ticks.put(tick.number(), line(tick));
  }

  @Override
  public void laneTick(LaneName lane, Tick tick) {
    laneTicks.put(lane.number() + "/" + lane.entity() + "/" + tick.number(), line(tick));
  }

  @Override
  public void session(NvmlSession session, long monoNanos) {
    sessions.add(session);
  }

  private static String line(Tick tick) {
    StringBuilder line = new StringBuilder();
    line.append(tick.tsMicros()).append(' ').append(tick.monoNanos());
    for (int row = 0; row < tick.rows(); row++) {
      line.append(' ')
          .append(tick.source(row))
          .append(' ')
          .append(tick.entity(row))
          .append('=');
      for (int column = 0; column < tick.columns(row); column++) {
        line.append(tick.present(row, column) ? Long.toString(tick.value(row, column)) : "-")
            .append(',');
      }
    }
    return line.toString();
  }

  @Override
  public void row(TextRow row, long monoNanos) {
    rows.add(row);
  }

  @Override
  public void damage(Damage found) {
    damage.add(found);
  }
}
