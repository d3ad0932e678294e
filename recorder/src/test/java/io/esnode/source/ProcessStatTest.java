package io.esnode.source;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.esnode.dataset.DataSet;
import io.esnode.metric.Registry;
import io.esnode.metric.Table;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class ProcessStatTest {
  private static final String NASTY =
      "42 (a) R 1) S 1 1 1 0 -1 4194304 7 0 8 0 9 10 0 0 20 0 11 0 5555 100 12 0\n";

  private final Table process = Registry.get().table("process");
  private final Row row = new Row(process, "pid:1@1");
  private final ProcessStat stat = new ProcessStat(process, OptionalLong.of(4096));

  @Test
  void realProcessIsUnderstood() {
    assertThat(Cells.parse(stat, row, DataSet.procfs("proc/26231/stat")))
        .containsOnly(
            Map.entry("user_ms", 16770L),
            Map.entry("system_ms", 440L),
            Map.entry("minor_faults_count", 32533L),
            Map.entry("major_faults_count", 26L),
            Map.entry("threads_count", 1L),
            Map.entry("children_user_ms", 1580L),
            Map.entry("children_system_ms", 990L),
            Map.entry("rss_bytes", 1981L * 4096));
  }

  @Test
  void commandMayHoldBlanksAndParentheses() {
    assertThat(Cells.parse(stat, row, NASTY))
        .containsEntry("minor_faults_count", 7L)
        .containsEntry("user_ms", 90L)
        .containsEntry("threads_count", 11L)
        .containsEntry("rss_bytes", 12L * 4096);
    assertThat(stat.entity(NASTY.getBytes(UTF_8), NASTY.length())).contains("pid:42@5555");
  }

  @Test
  void residentMemoryIsAbsentWithoutPageSize() {
    assertThat(Cells.parse(new ProcessStat(process, OptionalLong.empty()), row, NASTY))
        .doesNotContainKey("rss_bytes")
        .hasSize(7);
    assertThat(row.reason(process.indexOf("rss_bytes")))
        .isEqualTo("/proc/self/auxv: no page size (AT_PAGESZ)");
  }

  @Test
  void pageOf64KibCounts() {
    assertThat(Cells.parse(new ProcessStat(process, OptionalLong.of(65536)), row, NASTY))
        .containsEntry("rss_bytes", 12L * 65536);
  }

  @Test
  void textWithoutCommandHasNoEntity() {
    assertThat(stat.entity("42 R 1\n".getBytes(UTF_8), 7)).isEmpty();
    assertThat(stat.entity(new byte[0], 0)).isEmpty();
  }
}
