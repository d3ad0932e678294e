package io.esnode.report;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A value axis with round ticks, labelled in the unit that reads best.
 *
 * @param low and {@code high} ends, in the series' own unit
 * @param ticks from low to high
 */
record Axis(double low, double high, List<Tick> ticks) {
  /** Quantities for which a small movement far from zero is what matters; all others start at zero. */
  private static final Set<String> RELATIVE = Set.of("Cel", "°C", "MHz", "mV", "V", "W", "mW");

  private static final long[] TIME_STEPS = {
    1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200,
    86_400, 172_800, 604_800
  };

  Axis {
    ticks = List.copyOf(ticks);
  }

  /**
   * One tick.
   *
   * @param at in the series' unit, or ms since the chart's left edge
   * @param label with its unit
   */
  record Tick(double at, String label) {}

  boolean fromZero() {
    return low == 0;
  }

  /** @param unit of the registry, e.g. {@code B} */
  static Axis values(double min, double max, String unit) {
    double low = min >= 0 && !(RELATIVE.contains(unit) && max - min < max / 4) ? 0 : min;
    double high = max;
    if (unit.equals("%") && low == 0 && max > 60 && max <= 100) {
      high = 100;
    }
    if (high <= low) {
      high = low + 1;
    }
    Quantity.Step unitStep =
        Quantity.step(BigDecimal.valueOf(Math.max(Math.abs(low), Math.abs(high))), unit);
    double scale = (double) unitStep.factor() / Quantity.baseFactor(unit);
    boolean thousands = unitStep.unit().isEmpty() && high >= 10_000;
    String suffix = unitStep.unit();
    if (thousands) {
      scale = high >= 10_000_000 ? 1e6 : 1e3;
      suffix = high >= 10_000_000 ? "M" : "k";
    }
    double step = niceStep((high - low) / scale);
    long first = (long) Math.floor(low / scale / step + 1e-9);
    long last = (long) Math.ceil(high / scale / step - 1e-9);
    List<Tick> ticks = new ArrayList<>();
    for (long i = first; i <= last; i++) {
      String number = Quantity.plain(step * i).replace('-', '−');
      ticks.add(new Tick(step * i * scale, suffix.isEmpty() ? number : number + '\u00a0' + suffix));
    }
    return new Axis(ticks.get(0).at(), ticks.get(ticks.size() - 1).at(), ticks);
  }

  /** Round UTC times, about seven of them; a label carries the date where a day begins. */
  static List<Tick> times(long startMillis, long spanMillis) {
    long wanted = spanMillis / 7_000;
    long step = TIME_STEPS[TIME_STEPS.length - 1];
    for (int i = TIME_STEPS.length - 1; i >= 0 && TIME_STEPS[i] >= wanted; i--) {
      step = TIME_STEPS[i];
    }
    step *= Math.max(1, spanMillis / 1000 / step / 14);
    long stepMillis = step * 1000;
    List<Tick> ticks = new ArrayList<>();
    for (long at = Math.floorDiv(startMillis + stepMillis - 1, stepMillis) * stepMillis;
        at <= startMillis + spanMillis;
        at += stepMillis) {
      Instant time = Instant.ofEpochMilli(at);
      boolean midnight = Math.floorMod(at, 86_400_000L) == 0;
      String label = midnight && spanMillis > 3_600_000
          ? Utc.date(time).substring(Utc.date(time).length() - 5)
          : step < 60 ? Utc.seconds(time) : Utc.minutes(time);
      ticks.add(new Tick(at - startMillis, label));
    }
    return ticks;
  }

  /** 1, 2 or 5 times a power of ten, so that at most five intervals cover the range. */
  private static double niceStep(double range) {
    double raw = range / 5;
    double power = Math.pow(10, Math.floor(Math.log10(raw)));
    double mantissa = raw / power;
    double nice = mantissa <= 1.001 ? 1 : mantissa <= 2.001 ? 2 : mantissa <= 5.001 ? 5 : 10;
    return nice * power;
  }
}
