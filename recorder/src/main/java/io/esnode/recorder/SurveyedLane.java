package io.esnode.recorder;

import io.esnode.bundle.Manifest;
import io.esnode.spool.LaneName;
import io.esnode.spool.TextRow;
import io.esnode.spool.Tick;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the first pass over a spool learns of one lane. Not thread-safe. */
final class SurveyedLane {
  private final LaneName name;
  private final boolean startsInside;
  private long captured;
  private long firstTick;
  private long firstTs;
  private long lastTick;
  private long lastTs;
  private long lastMono;
  private long lastSequence = -1;
  private long missingFrames;
  private long missingFromTs;
  private long missingToTs;

  /** @param startsInside whether it may have had frames before the first one here */
  SurveyedLane(LaneName name, boolean startsInside) {
    this.name = name;
    this.startsInside = startsInside;
  }

  LaneName name() {
    return name;
  }

  long lastMono() {
    return lastMono;
  }

  void tick(Tick tick) {
    if (captured == 0) {
      firstTick = tick.number();
      firstTs = tick.tsMicros();
      lastSequence = startsInside ? tick.sequence() - 1 : -1;
    }
    if (tick.sequence() > lastSequence + 1) {
      if (missingFrames == 0) {
        missingFromTs = captured == 0 ? firstTs : lastTs;
      }
      missingFrames += tick.sequence() - lastSequence - 1;
      missingToTs = tick.tsMicros();
    }
    captured++;
    lastSequence = tick.sequence();
    lastTick = tick.number();
    lastTs = tick.tsMicros();
    lastMono = tick.monoNanos();
  }

  /**
   * A gap row for frames that are not in the spool, as their numbers tell, and that no row accounts for; null where all are.
   *
   * @param told gap rows that count ticks of lanes
   */
  @Nullable
  TextRow unexplained(List<TextRow> told, String reason, String origin) {
    long rest = missingFrames - count(told);
    if (rest <= 0) {
      return null;
    }
    return new TextRow(
        "gap",
        name.entity(),
        "esnode.recover",
        origin,
        null,
        missingFromTs,
        Map.of("metric", name.metric(), "reason", reason),
        Map.of("from_ts", missingFromTs, "to_ts", missingToTs, "ticks_count", rest));
  }

  Manifest.Lane toManifest(List<TextRow> told, String origin) {
    return new Manifest.Lane(
        name.entity(),
        name.table(),
        origin,
        firstTick,
        lastTick,
        captured + Math.max(missingFrames, count(told)),
        captured);
  }

  private long count(List<TextRow> told) {
    return told.stream()
        .filter(row -> row.entity().equals(name.entity())
            && name.metric().equals(row.texts().get("metric"))
            && row.origin().equals(name.rowOrigin()))
        .mapToLong(row -> row.numbers().getOrDefault("ticks_count", 0L))
        .sum();
  }
}
