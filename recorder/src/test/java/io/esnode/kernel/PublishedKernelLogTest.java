package io.esnode.kernel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.esnode.dataset.DataSet;
import io.esnode.spool.TextRow;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Kernel logs of GPU nodes that were published; what else is in a file is no event, and breaks nothing. */
class PublishedKernelLogTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "dmesg-with-xid-119.log | {nvrm=3, xid=5}",
        "memory.dmesg.decode.iso.log | {oom_kill=7, xid=17}",
        "nccl.dmesg.decode.iso.log | {}",
        "os.dmesg.decode.iso.log | {}",
        "fabricmanager.log | {}",
        "dmidecode.txt | {}",
        "lspci.nn.a100.txt | {}",
        "nvidia-smi.nvlink.status.a100.txt | {}",
      })
  void linesBecomeTheirEvents(String file, String classes) throws IOException {
    List<KernelRecord> records = new ArrayList<>();
    for (String line : Files.readAllLines(DataSet.of("kernel_gpu_logs/open/" + file), UTF_8)) {
      records.add(KernelRecord.ofLine(line));
    }

    assertThat(events(records)).hasToString(classes);
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = "kmsg.1.log | {} | 47")
  void recordsOfTheDeviceAreUnderstood(String file, String classes, int count) throws IOException {
    List<KernelRecord> records = new ArrayList<>();
    for (String line : Files.readAllLines(DataSet.of("kernel_gpu_logs/open/" + file), UTF_8)) {
      byte[] record = (line + "\n").getBytes(UTF_8);
      KernelRecord.parse(record, 0, record.length).ifPresent(records::add);
    }

    assertThat(records).hasSize(count);
    assertThat(records).allSatisfy(record -> assertThat(record.text()).isNotBlank());
    assertThat(events(records)).hasToString(classes);
  }

  private static Map<String, Integer> events(List<KernelRecord> records) {
    KernelRows rows = new KernelRows(Pseudonyms.clear(), new GpuAddresses());
    Map<String, Integer> classes = new TreeMap<>();
    for (KernelRecord record : records) {
      rows.event(record, "live", 1).map(TextRow::texts).ifPresent(texts -> {
        assertThat(texts.get("text")).isNotBlank();
        classes.merge(String.valueOf(texts.get("event_class")), 1, Integer::sum);
      });
    }
    return classes;
  }
}
