package io.esnode.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.esnode.metric.Registry;
import io.esnode.metric.Table;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LoadAverageTest {
  private final Table host = Registry.get().table("host");
  private final Row row = new Row(host, "node");
  private final LoadAverage loadavg = new LoadAverage(host);

  @Test
  void averagesAreInHundredths() {
    assertThat(Cells.parse(loadavg, row, "0.02 0.04 12.05 1/497 11947\n"))
        .containsOnly(
            Map.entry("load_1min", 2L),
            Map.entry("load_5min", 4L),
            Map.entry("load_15min", 1205L),
            Map.entry("runnable_count", 1L),
            Map.entry("threads_count", 497L));
  }

  @Test
  void whatFollowsNonsenseIsAbsent() {
    assertThat(Cells.parse(loadavg, row, "0.02 x 0.05 1/497 11947\n"))
        .containsOnly(Map.entry("load_1min", 2L));
    assertThat(row.reason(host.indexOf("load_5min")))
        .isEqualTo("/proc/loadavg load_5min: not a decimal number");
  }
}
