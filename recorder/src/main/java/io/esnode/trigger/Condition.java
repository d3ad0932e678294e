package io.esnode.trigger;

import io.esnode.metric.Metric;
import io.esnode.source.Row;
import io.esnode.spool.RowWatch;
import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A threshold on one stream of rows. One thread at a time; allocates nothing while entities stay and nothing fires. */
final class Condition implements RowWatch {
  private static final MathContext SHOWN = new MathContext(6);

  private final Trigger.Threshold threshold;
  private final Armed armed;
  private final String origin;
  private final FiringListener listener;
  private final long longestStepNanos;
  private final long holdNanos;
  private final boolean isEveryTick;
  private List<Row> bound = List.of();
  private @Nullable Holding[] holdings = new @Nullable Holding[0];

  /**
   * Looks at nothing yet.
   *
   * @param origin of the rows
   * @param interval of the recording
   * @param listener takes what fires
   */
  Condition(
      Trigger.Threshold threshold,
      Armed armed,
      String origin,
      Duration interval,
      FiringListener listener) {
    this.threshold = threshold;
    this.armed = armed;
    this.origin = origin;
    this.listener = listener;
    this.longestStepNanos = Pace.longestStepNanos(threshold.metric(), interval);
    this.isEveryTick = Pace.isEveryTick(threshold.metric(), interval);
    this.holdNanos = threshold.hold().toNanos();
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // another list means that the entities are others
  public void rows(long tick, long tsMicros, long monoNanos, List<Row> rows) {
    if (rows != bound) {
      bind(rows);
    }
    for (int i = 0; i < holdings.length; i++) {
      Holding holding = holdings[i];
      if (holding != null) {
        look(rows.get(i), holding, tick, tsMicros, monoNanos);
      }
    }
  }

  private void look(Row row, Holding holding, long tick, long tsMicros, long monoNanos) {
    int column = threshold.column();
    if (!row.present(column)) {
      // What is sampled less often than every tick is absent at the ticks between.
      if (isEveryTick) {
        holding.missing();
      }
      return;
    }
    long value = row.value(column);
    if (!threshold.isRate()) {
      holding.observed(threshold.operator().holds(value, threshold.limit()), monoNanos);
    } else if (holding.count(value, monoNanos)) {
      holding.observed(
          threshold.operator().holds(rate(holding), threshold.limitPerSecond()), monoNanos);
    } else {
      holding.missing();
    }
    if (holding.isDue(holdNanos) && armed.fires(monoNanos)) {
      holding.told();
      String observed = observed(row, holding);
      listener.fired(
          new Firing(threshold.text(), row.entity(), origin, observed, tick, tsMicros, monoNanos));
    }
  }

  private double rate(Holding holding) {
    return threshold.metric().type() == Metric.Type.DECIMAL2
        ? holding.rate() / 100
        : holding.rate();
  }

  private String observed(Row row, Holding holding) {
    Metric metric = threshold.metric();
    String unit = metric.unit().equals("1") ? "" : " " + metric.unit();
    String said = threshold.isRate()
        ? "rate(%s) was %s%s/s"
            .formatted(
                metric.qualifiedName(),
                new BigDecimal(rate(holding)).round(SHOWN).toPlainString(),
                unit)
        : "%s was %s%s"
            .formatted(
                metric.qualifiedName(),
                BigDecimal.valueOf(
                        row.value(threshold.column()),
                        metric.type() == Metric.Type.DECIMAL2 ? 2 : 0)
                    .toPlainString(),
                unit);
    return holdNanos == 0
        ? said
        : "%s; true for %d ms".formatted(said, holding.heldNanos() / 1_000_000);
  }

  /** An entity that stays keeps what is known of it. */
  private void bind(List<Row> rows) {
    Map<String, Holding> known = new HashMap<>();
    for (int i = 0; i < holdings.length; i++) {
      Holding holding = holdings[i];
      if (holding != null) {
        known.put(bound.get(i).entity(), holding);
      }
    }
    String wanted = threshold.entity();
    holdings = new @Nullable Holding[rows.size()];
    for (int i = 0; i < holdings.length; i++) {
      String entity = rows.get(i).entity();
      if (wanted == null || wanted.equals(entity)) {
        Holding before = known.get(entity);
        holdings[i] = before == null ? new Holding(longestStepNanos) : before;
      }
    }
    bound = rows;
  }
}
