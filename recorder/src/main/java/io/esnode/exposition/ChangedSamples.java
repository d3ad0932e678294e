package io.esnode.exposition;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which samples become rows: all of the first scrape and of every {@value #FULL_EVERY}th after it, otherwise those whose value
 * is another one, bit by bit. So a bundle says each value at each scrape, and a series that stands still costs a row in ten
 * minutes. Not thread-safe.
 */
final class ChangedSamples {
  static final int FULL_EVERY = 60;

  private final Map<String, Sample> known = new HashMap<>();
  private int scrapes;

  /**
   * What a scrape brought.
   *
   * @param rows samples to be recorded
   * @param gone series that are not exposed any more, as they were last
   */
  record Changes(List<Sample> rows, List<Sample> gone) {
    Changes {
      rows = List.copyOf(rows);
      gone = List.copyOf(gone);
    }
  }

  Changes of(Exposition exposition) {
    boolean full = scrapes++ % FULL_EVERY == 0;
    List<Sample> rows = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (Sample sample : exposition.samples()) {
      String series = sample.series();
      seen.add(series);
      Sample before = known.put(series, sample);
      if (full
          || before == null
          || Double.doubleToRawLongBits(before.value())
              != Double.doubleToRawLongBits(sample.value())) {
        rows.add(sample);
      }
    }
    List<Sample> gone = new ArrayList<>();
    known.entrySet().removeIf(entry -> {
      boolean absent = !seen.contains(entry.getKey());
      if (absent && exposition.whole()) {
        gone.add(entry.getValue());
      }
      return absent;
    });
    return new Changes(rows, gone);
  }
}
