package io.esnode.report;

import io.esnode.ledger.Finding;
import io.esnode.ledger.Ledger;
import io.esnode.ledger.State;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** The findings that are present, worst first, each with the letter that stands for it throughout the report. */
final class PresentFindings {
  private static final Comparator<Finding> WORST_FIRST = Comparator.comparing(Finding::severity)
      .reversed()
      .thenComparing(f -> window(f).from())
      .thenComparing(Finding::id);

  private final List<Marked> all = new ArrayList<>();
  private final Map<String, Marked> byId = new HashMap<>();

  PresentFindings(Ledger ledger, Numbers numbers) {
    ledger.findings().stream()
        .filter(f -> f.state() == State.PRESENT)
        .sorted(WORST_FIRST)
        .forEach(f -> all.add(new Marked(
            f,
            letter(all.size()),
            numbers.anchor("finding-" + f.id(), "finding"),
            window(f),
            all.size() < Table.MAX_ROWS)));
    all.forEach(m -> byId.put(m.finding().id(), m));
  }

  /**
   * A finding with its mark.
   *
   * @param letter e.g. {@code A}
   * @param anchor id in the page
   * @param printed whether it has a place of its own in the report: long lists are cut
   */
  record Marked(Finding finding, String letter, String anchor, Window window, boolean printed) {}

  List<Marked> all() {
    return List.copyOf(all);
  }

  int count() {
    return all.size();
  }

  Optional<Marked> find(String id) {
    return Optional.ofNullable(byId.get(id));
  }

  /** A, B, … Z, AA, AB, …: letters, so that no one takes them for figures. */
  static String letter(int index) {
    String letter = "";
    for (int i = index; i >= 0; i = i / 26 - 1) {
      letter = (char) ('A' + i % 26) + letter;
    }
    return letter;
  }

  /** {@link LedgerCheck} has seen to it that a finding that is present has both. */
  private static Window window(Finding finding) {
    return Window.of(
        Objects.requireNonNull(finding.firstTs()), Objects.requireNonNull(finding.lastTs()));
  }
}
