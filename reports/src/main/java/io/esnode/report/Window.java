package io.esnode.report;

import io.esnode.ledger.Coverage;
import io.esnode.ledger.Ledger;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;

/** From a first to a last moment, both included: of a recording, a finding, a gap. */
record Window(Instant from, Instant to) {
  /** @param from RFC 3339, as {@link LedgerCheck} has passed it */
  static Window of(String from, String to) {
    return new Window(Instant.parse(from), Instant.parse(to));
  }

  /** From the start of the first bundle to the end of the last. */
  static Window of(Ledger ledger) {
    return new Window(
        ledger.bundles().stream()
            .map(b -> Instant.parse(b.startTs()))
            .min(Comparator.naturalOrder())
            .orElseThrow(),
        ledger.bundles().stream()
            .map(b -> Instant.parse(b.endTs()))
            .max(Comparator.naturalOrder())
            .orElseThrow());
  }

  /** Empty where only the monotonic time of a gap is known. */
  static Optional<Window> of(Coverage.Gap gap) {
    String from = gap.fromTs();
    String to = gap.toTs();
    return from == null || to == null ? Optional.empty() : Optional.of(of(from, to));
  }

  boolean moment() {
    return from.equals(to);
  }

  boolean oneDay() {
    return Utc.date(from).equals(Utc.date(to));
  }

  /** In ms since {@code millis}. */
  Chart.Span since(long millis) {
    return new Chart.Span(from.toEpochMilli() - millis, to.toEpochMilli() - millis);
  }

  String text() {
    return Utc.window(from, to);
  }

  String duration() {
    return Utc.duration(Duration.between(from, to));
  }
}
