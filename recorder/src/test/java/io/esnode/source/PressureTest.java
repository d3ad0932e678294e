package io.esnode.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.esnode.dataset.DataSet;
import io.esnode.metric.Registry;
import io.esnode.metric.Table;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PressureTest {
  private final Table psi = Registry.get().table("psi");
  private final Row row = new Row(psi, "node");

  @Test
  void totalsAreMicrosecondsAndAveragesHundredthsOfAPercent() {
    assertThat(
            Cells.parse(
                new Pressure(psi, "memory"),
                row,
                "some avg10=4.14 avg60=2.01 avg300=0.81 total=15214612\nfull avg10=0.10 avg60=0.00 avg300=0.00 total=7\n"))
        .containsOnly(
            Map.entry("memory_some_avg10_pct", 414L),
            Map.entry("memory_some_total_us", 15214612L),
            Map.entry("memory_full_avg10_pct", 10L),
            Map.entry("memory_full_total_us", 7L));
  }

  @Test
  void cpuBefore513HasNoLineFull() {
    assertThat(Cells.parse(new Pressure(psi, "cpu"), row, DataSet.procfs("proc/pressure/cpu")))
        .containsOnly(Map.entry("cpu_some_avg10_pct", 10L), Map.entry("cpu_some_total_us", 15L));
  }

  @Test
  void totalBeyond63BitsIsAbsentWithReason() {
    assertThat(Cells.parse(
            new Pressure(psi, "io"), row, "some avg10=0.00 total=18446744073709551615\n"))
        .containsOnly(Map.entry("io_some_avg10_pct", 0L));
    assertThat(row.reason(psi.indexOf("io_some_total_us")))
        .isEqualTo("/proc/pressure/io io_some_total_us: does not fit in 63 bits");
  }
}
