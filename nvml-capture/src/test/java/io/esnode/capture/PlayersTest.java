package io.esnode.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.esnode.nvml.FakeNvml;
import io.esnode.nvml.NvmlException;
import io.esnode.wire.Message;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The same capture through the native fake and through the Java player. */
@Timeout(60)
class PlayersTest {
  private static final String[] STORY = {
    "gpu 0 name NVIDIA H100 80GB HBM3",
    "gpu 1 name Test",
    "ramp 0 20000 0 temperature_c 40 80",
    "ramp 0 20000 1 power_mw 100000 700000",
    "rate 0 30000 0 PCIE_REPLAY_COUNTER 1500",
    "type PCIE_REPLAY_COUNTER uint",
    "field 0 0 CLOCKS_EVENT_REASON_SW_THERM_SLOWDOWN 1000",
    "field 0 0 TOTAL_ENERGY_CONSUMPTION 123456789",
    "field 0 0 NVLINK_ERROR_DL_REPLAY.3 12",
    "set 0 0 gpm.2 4321",
    "set 0 0 accounting_mode 1",
    "account 0 4321 1699999990000000 10000 2097152 35 12 1",
    "proc 0 60000 0 4321 1048576 40",
    "graphics 3000 60000 1 99 4096",
    "event 4500 0 0x8 48",
    "set 5000 0 ecc.2.1.0 3",
    "set 5000 0 remap_pending 1",
    "ret 8000 1 * 15",
    "ret 14000 1 * 0",
    "reset 16000 0",
    "retired 1 0 4096 1690000000000000",
  };

  @TempDir
  private Path root;

  @TempDir
  private Path directory;

  private Captured fake(String generation, String... timeline) throws IOException, NvmlException {
    FakeNvml fake = FakeNvml.load(directory, generation, String.join("\n", timeline) + "\n");
    return Captured.of(fake.nvml(), fake::at, root).run(25);
  }

  @ParameterizedTest
  @CsvSource({
    "R470, 1104",
    "R525, 1200",
    "R535, 1202",
    "R550, 1204",
    "R570, 1208",
    "R575, 1209",
    "R580, 1300",
    "R590, 1301"
  })
  void bothPlayersGiveTheSameRows(String generation, int header) throws Exception {
    Captured fake = fake(generation, STORY);
    Captured played = Captured.played(header, root, STORY).run(25);

    assertThat(withoutTime(fake.rows())).isEqualTo(withoutTime(played.rows()));
    assertThat(fake.notes("event")).isEqualTo(played.notes("event"));
    assertThat(fake.notes("gpu")).isEqualTo(played.notes("gpu"));
    assertThat(fake.notes("gap")).isEqualTo(played.notes("gap"));
    assertThat(fake.all(Message.Absences.class)).isEqualTo(played.all(Message.Absences.class));
    assertThat(fake.all(Message.Gpu.class)).isEqualTo(played.all(Message.Gpu.class));
  }

  private static List<Captured.Sent> withoutTime(List<Captured.Sent> rows) {
    rows.forEach(row -> row.values().remove("nvml_time_us"));
    return rows;
  }

  @Test
  void processesOf32BytesAreReadRight() throws Exception {
    Captured fake = fake(
        "R535-process32",
        "gpu 0 name Test",
        "proc 0 60000 0 4321 1048576",
        "proc 0 60000 0 4322 2097152",
        "proc 0 60000 0 4323 4194304");

    assertThat(fake.rows("gpu_process").stream().filter(row -> row.tick() == 0))
        .extracting(row -> row.values().get("pid"), row -> row.values().get("memory_used_bytes"))
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(4321L, 1048576L),
            org.assertj.core.groups.Tuple.tuple(4322L, 2097152L),
            org.assertj.core.groups.Tuple.tuple(4323L, 4194304L));
  }

  @Test
  void digestOfTheLibraryIsInTheFirstMessage() throws Exception {
    Captured fake = fake("R550", "gpu 0 name Test");

    Message.Hello hello = fake.all(Message.Hello.class).get(0);
    assertThat(fake.messages().get(0)).isSameAs(hello);
    assertThat(hello.facts().get("library.path"))
        .isEqualTo(directory.toRealPath().resolve("libnvidia-ml.so.1").toString());
    assertThat(hello.facts().get("library.sha256")).hasSize(64);
    assertThat(Files.size(directory.resolve("libnvidia-ml.so.1"))).isPositive();
  }
}
