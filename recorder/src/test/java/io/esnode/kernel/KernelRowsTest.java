package io.esnode.kernel;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.esnode.metric.Metric;
import io.esnode.metric.Registry;
import io.esnode.metric.Table;
import io.esnode.spool.TextRow;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class KernelRowsTest {
  private static final String UUID = "GPU-11111111-2222-3333-4444-555555555555";

  private final GpuAddresses gpus = new GpuAddresses();
  private final KernelRows rows = new KernelRows(
      Pseudonyms.keyed("k".repeat(32).getBytes(US_ASCII), "node17", "n-0123456789abcdef"), gpus);

  private Optional<TextRow> event(int facility, String text) {
    return rows.event(
        new KernelRecord(facility, 4, 1003L, 90_500_131L, text, Map.of()), "live", 1_700_000);
  }

  private TextRow event(String text) {
    return event(KernelRecord.KERNEL, text).orElseThrow();
  }

  @Test
  void rowHasTheLineAndWhereItCameFrom() {
    TextRow row = event("NVRM: Xid (PCI:0000:0f:00): 79, GPU has fallen off the bus.");

    assertThat(row.table()).isEqualTo("event");
    assertThat(row.source()).isEqualTo("kmsg");
    assertThat(row.origin()).isEqualTo("live");
    assertThat(row.tsMicros()).isEqualTo(1_700_000);
    assertThat(row.texts())
        .containsEntry("event_class", "xid")
        .containsEntry("text", "NVRM: Xid (PCI:0000:0f:00): 79, GPU has fallen off the bus.");
    assertThat(row.numbers())
        .containsEntry("log_sequence", 1003L)
        .containsEntry("log_priority", 4L)
        .containsEntry("log_facility", 0L);
  }

  @Test
  void addressBecomesTheGpuOnceTheDriverHasSaidWhichItIs() {
    String xid = "NVRM: Xid (PCI:0000:0f:00): 48, x";

    assertThat(event(xid).entity()).isEqualTo("gpu:pci:0000:0f:00");
    assertThat(event("NVRM: GPU at PCI:0000:0f:00: " + UUID).entity()).isEqualTo("gpu:" + UUID);
    assertThat(event(xid).entity()).isEqualTo("gpu:" + UUID);
    assertThat(event(
                "nvidia 0000:0f:00.0: PCIe Bus Error: severity=Corrected, type=Physical Layer, (Receiver ID)")
            .texts())
        .containsEntry("gpu_uuid", UUID);
  }

  @Test
  void addressMayAlsoBeLearntFromNvml() {
    gpus.put("00000000:0F:00.0", UUID);

    assertThat(event("NVRM: Xid (PCI:0000:0f:00): 48, x").entity()).isEqualTo("gpu:" + UUID);
  }

  @Test
  void lineThatUserSpaceWroteIsNoXid() {
    TextRow row =
        event(1, "NVRM: Xid (PCI:0000:0f:00): 79, GPU has fallen off the bus.").orElseThrow();

    assertThat(row.entity()).isEqualTo("node");
    assertThat(row.texts())
        .containsEntry("event_class", "user_written")
        .containsEntry("reason", "xid")
        .doesNotContainKey("pci_address");
    assertThat(row.numbers()).containsEntry("log_facility", 1L).doesNotContainKey("code");
  }

  @Test
  void userSpaceCannotFinishWhatTheKernelBegan() {
    event(KernelRecord.KERNEL, "NVRM: The NVIDIA GPU 0000:18:00.0");

    assertThat(event(1, "NVRM: fallen off the bus and is not responding to commands."))
        .isEmpty();
  }

  @Test
  void namesAreTokensInEveryColumn() {
    TextRow row = event(
        "oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0-1,oom_memcg=/slurm/job_77,task_memcg=/slurm/job_77,task=10.0.0.7-man,pid=863987,uid=1000");

    assertThat(row.texts().get("cgroup")).matches("/slurm/job_a-[0-9a-f]{16}");
    assertThat(row.texts().get("process_name")).matches("a-[0-9a-f]{16}-man");
    assertThat(row.toString())
        .doesNotContain("job_77")
        .doesNotContain("uid=1000")
        .doesNotContain("10.0.0.7");
  }

  @Test
  void everyColumnIsInTheRegistryWithItsType() {
    Table table = Registry.get().table("event");
    for (String line : KernelEventsFuzzTest.LINES) {
      event(KernelRecord.KERNEL, line).ifPresent(row -> {
        row.texts().keySet().forEach(c -> assertThat(type(table, c)).isEqualTo(Metric.Type.TEXT));
        row.numbers()
            .keySet()
            .forEach(c -> assertThat(type(table, c)).isEqualTo(Metric.Type.INT64));
      });
    }
  }

  private static Metric.Type type(Table table, String column) {
    return table.columns().get(table.indexOf(column)).type();
  }
}
