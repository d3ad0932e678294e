package io.esnode.spool;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** When the ticks of a spool were, for tests of other packages. */
public final class ReadTimes {
  private ReadTimes() {}

  /** Wall clock in µs and monotonic clock in ns of every tick. */
  public static List<List<Long>> of(Path spool) throws IOException {
    List<List<Long>> times = new ArrayList<>();
    try (SpoolDirectory directory = SpoolDirectory.open(spool)) {
      SpoolReader.open(directory).read(new Recorded() {
        @Override
        public void tick(Tick tick) {
          times.add(List.of(tick.tsMicros(), tick.monoNanos()));
        }
      });
    }
    return times;
  }
}
