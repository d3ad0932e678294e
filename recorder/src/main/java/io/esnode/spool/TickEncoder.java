package io.esnode.spool;

import io.esnode.source.Row;
import io.esnode.source.Sampled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Turns the rows of one tick into a frame: all of them in a keyframe, else the values that changed. Not thread-safe;
 * allocates nothing while the rows stay the same.
 *
 * <pre>
 * keyframe: type sync seq skipped ts width | rows | per row: table, entity, source, columns, presence bits, values
 * delta:    type seq skipped drift width   | per change: gap &lt;&lt; 1 | gone, zigzag(value - last)
 * </pre>
 *
 * <p>In a lane's frames its number stands in front, in the keyframe followed by table, entity and origin.
 *
 * <p>{@code seq} counts tick frames from 0, dropped ones too, so that a lost one is noticed, and {@code seq + skipped} is the tick's number;
 * {@code gap} is the distance to the last changed value in the order of the keyframe; {@code drift} is how far the wall
 * clock moved against the monotonic clock since the keyframe, in µs.
 */
final class TickEncoder {
  private final @Nullable LaneName lane;
  private final List<Row> rows = new ArrayList<>();
  private final List<String> sources = new ArrayList<>();
  private long[] last = new long[0];
  private boolean[] lastPresent = new boolean[0];
  private long keyTs;
  private long keyMono;
  private long seq = -1;
  private int sinceKey;
  private boolean keyNeeded = true;

  /** @param lane null for the host's ticks */
  TickEncoder(@Nullable LaneName lane) {
    this.lane = lane;
  }

  /** Makes the next frame a keyframe, because the one before was lost or a segment begins. */
  void needKeyframe() {
    keyNeeded = true;
  }

  /** Counts a frame that will not be written, so that its reader misses it. */
  void skip() {
    seq++;
    keyNeeded = true;
  }

  /** Encodes the sources' rows as they stand. */
  void encode(
      Frame frame,
      long tick,
      long tsMicros,
      long monoNanos,
      long widthNanos,
      List<? extends Sampled> from,
      boolean startsSegment) {
    seq++;
    boolean keyframe = keyNeeded || startsSegment || layoutChanged(from);
    if (keyframe) {
      layout(from);
      keyTs = tsMicros;
      keyMono = monoNanos;
      beginKeyframe(frame, startsSegment);
      keyframe(frame, tick, widthNanos);
    } else {
      beginDelta(frame);
      delta(frame, tick, tsMicros - keyTs - (monoNanos - keyMono) / 1000, widthNanos);
    }
    keyNeeded = false;
    frame.finish(monoNanos);
  }

  int framesSinceKeyframe() {
    return sinceKey;
  }

  private boolean layoutChanged(List<? extends Sampled> from) {
    int at = 0;
    for (int i = 0; i < from.size(); i++) {
      List<Row> now = from.get(i).rows();
      if (at + now.size() > rows.size()) {
        return true;
      }
      for (int j = 0; j < now.size(); j++) {
        if (rows.get(at++) != now.get(j)) {
          return true;
        }
      }
    }
    return at != rows.size();
  }

  private void layout(List<? extends Sampled> from) {
    rows.clear();
    sources.clear();
    int values = 0;
    for (Sampled source : from) {
      for (Row row : source.rows()) {
        rows.add(row);
        sources.add(source.name());
        values += row.table().columns().size();
      }
    }
    if (last.length != values) {
      last = new long[values];
      lastPresent = new boolean[values];
    } else {
      Arrays.fill(lastPresent, false);
    }
  }

  private void beginKeyframe(Frame frame, boolean startsSegment) {
    if (lane == null) {
      frame.begin(Frame.KEYFRAME, startsSegment);
    } else {
      frame.begin(Frame.LANE_KEYFRAME, startsSegment);
      frame.putVarint(lane.number());
      text(frame, lane.table());
      text(frame, lane.entity());
      text(frame, lane.origin());
    }
  }

  private void beginDelta(Frame frame) {
    if (lane == null) {
      frame.begin(Frame.DELTA, false);
    } else {
      frame.begin(Frame.LANE_DELTA, false);
      frame.putVarint(lane.number());
    }
  }

  private void keyframe(Frame frame, long tick, long widthNanos) {
    sinceKey = 0;
    frame.putVarint(seq);
    frame.putVarint(tick - seq);
    frame.putLong(keyTs);
    frame.putVarint(widthNanos);
    frame.putVarint(rows.size());
    int at = 0;
    for (int i = 0; i < rows.size(); i++) {
      Row row = rows.get(i);
      int columns = row.table().columns().size();
      text(frame, row.table().name());
      text(frame, row.entity());
      text(frame, sources.get(i));
      frame.putVarint(columns);
      for (int column = 0; column < columns; column += 8) {
        int bits = 0;
        for (int bit = 0; bit < 8 && column + bit < columns; bit++) {
          if (row.present(column + bit)) {
            bits |= 1 << bit;
          }
        }
        frame.putByte(bits);
      }
      for (int column = 0; column < columns; column++, at++) {
        lastPresent[at] = row.present(column);
        last[at] = 0;
        if (row.present(column)) {
          last[at] = row.value(column);
          frame.putZigzag(row.value(column));
        }
      }
    }
  }

  private void delta(Frame frame, long tick, long driftMicros, long widthNanos) {
    sinceKey++;
    frame.putVarint(seq);
    frame.putVarint(tick - seq);
    frame.putZigzag(driftMicros);
    frame.putVarint(widthNanos);
    int at = 0;
    int lastChanged = -1;
    for (int i = 0; i < rows.size(); i++) {
      Row row = rows.get(i);
      int columns = row.table().columns().size();
      for (int column = 0; column < columns; column++, at++) {
        boolean present = row.present(column);
        long value = present ? row.value(column) : 0;
        if (present == lastPresent[at] && value == last[at]) {
          continue;
        }
        frame.putVarint((long) (at - lastChanged - 1) << 1 | (present ? 0 : 1));
        if (present) {
          frame.putZigzag(value - last[at]);
        }
        last[at] = value;
        lastPresent[at] = present;
        lastChanged = at;
      }
    }
  }

  private static void text(Frame frame, String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    frame.putVarint(utf8.length);
    frame.putBytes(utf8);
  }
}
