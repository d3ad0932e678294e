package io.esnode.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.esnode.wire.Message;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SteppedCaptureTest {
  private static final String FIRST = "gpu:GPU-00000000-0000-0000-0000-000000000000";
  private static final String SECOND = "gpu:GPU-00000000-0000-0000-0000-000000000001";
  private static final String ONE_GPU = "gpu 0 name Test";
  private static final String TWO_GPUS = "gpu 1 name Test";
  private static final String EIGHT_GPUS = "gpu 7 name Test";
  private static final long EPOCH = 1_700_000_000_000_000L;

  /** No file below it: no sysfs, no proc. */
  @TempDir
  private Path root;

  private static List<Long> values(List<Captured.Sent> rows, String column) {
    return rows.stream().map(row -> row.values().get(column)).toList();
  }

  private static Map<String, Long> first(List<Captured.Sent> rows) {
    return rows.get(0).values();
  }

  @Test
  void gpuIsDescribedBeforeItsFirstTick() throws IOException {
    Captured captured = Captured.played(
            1204, root, "gpu 0 serial 1654922001234", "gpu 0 pci 00000000:0F:00.0")
        .run(1);

    Message.Gpu gpu = captured.all(Message.Gpu.class).get(0);
    assertThat(gpu.entity()).isEqualTo(FIRST);
    assertThat(gpu.facts())
        .containsEntry("serial", "1654922001234")
        .containsEntry("pci.address", "0000:0f:00.0")
        .containsEntry("name", "NVIDIA H100 80GB HBM3")
        .containsEntry("power.limit_max_mw", "700000")
        .containsEntry("nvlink.17.remote_type", "2")
        .containsEntry("inforom.valid", "1")
        .containsEntry("absent.pdi", "nvmlDeviceGetPdi: not in this NVML library (13)")
        .doesNotContainKey("temperature.slowdown_c");
  }

  @Test
  void thresholdsAreAskedOfBoardsBeforeAda() throws IOException {
    Captured captured = Captured.played(1204, root, "gpu 0 architecture 7").run(1);

    assertThat(captured.all(Message.Gpu.class).get(0).facts())
        .containsEntry("temperature.slowdown_c", "89");
  }

  @Test
  void sessionNamesWhereEachColumnComesFrom() throws IOException {
    Captured captured = Captured.played(1204, root, ONE_GPU).run(1);

    Message.Session session = captured.all(Message.Session.class).get(0);
    Message.Layout gpu = session.tables().get(Plan.GPU);
    assertThat(session.initReturn()).isZero();
    assertThat(session.facts()).containsEntry("driver.version", "550.163.01");
    assertThat(gpu.sources().get(gpu.columns().indexOf("power_instant_mw")))
        .isEqualTo("nvmlDeviceGetFieldValues 186 NVML_FI_DEV_POWER_INSTANT scope 0");
    assertThat(gpu.sources().get(gpu.columns().indexOf("margin_c"))).isEmpty();
  }

  @Test
  void temperatureIsToldByABusyGpu() throws IOException {
    Captured captured = Captured.played(
            1300,
            root,
            "set 0 0 utilization_gpu 97",
            "set 0 0 utilization_memory 55",
            "set 0 0 temperature_c 71")
        .run(2);

    assertThat(values(captured.rows("gpu"), "temperature_c")).containsOnly(71L);
  }

  @Test
  void cadencesFollowTheSchedule() throws IOException {
    Captured captured = Captured.played(1204, root, ONE_GPU).run(61);

    List<Captured.Sent> rows = captured.rows("gpu", FIRST);
    assertThat(rows).hasSize(61).allMatch(row -> row.values().containsKey("temperature_c"));
    assertThat(rows.stream()
            .filter(row -> row.values().containsKey("pcie_width"))
            .map(Captured.Sent::tick))
        .containsExactly(0L, 10L, 20L, 30L, 40L, 50L, 60L);
    assertThat(rows.stream()
            .filter(row -> row.values().containsKey("remap_banks_max_count"))
            .map(Captured.Sent::tick))
        .containsExactly(0L, 60L);
    assertThat(captured.rows("nvlink").stream().filter(row -> row.tick() == 10)).hasSize(18);
  }

  @Test
  void gpusAreNotAskedForEverythingAtOnce() throws IOException {
    Captured captured = Captured.played(1204, root, TWO_GPUS).run(12);

    assertThat(captured.rows("gpu", SECOND).stream()
            .filter(row -> row.values().containsKey("pcie_width"))
            .map(Captured.Sent::tick))
        .containsExactly(0L, 9L);
  }

  @Test
  void fieldsAreReadByTheirValueType() throws IOException {
    Captured captured = Captured.played(
            1204,
            root,
            "type PCIE_REPLAY_COUNTER uint",
            "field 0 0 PCIE_REPLAY_COUNTER 4294967295",
            "type RETIRED_SBE ushort",
            "field 0 0 RETIRED_SBE 65535",
            "type TEMPERATURE_GPU_MAX_TLIMIT sint",
            "field 0 0 TEMPERATURE_GPU_MAX_TLIMIT -7",
            "type TOTAL_ENERGY_CONSUMPTION double",
            "field 0 0 TOTAL_ENERGY_CONSUMPTION 12500",
            "type PERF_POLICY_POWER slonglong",
            "field 0 0 PERF_POLICY_POWER 123456789012")
        .run(1);

    assertThat(first(captured.rows("gpu")))
        .containsEntry("pcie_replay_count", 4294967295L)
        .containsEntry("retired_pages_sbe_count", 65535L)
        .containsEntry("tlimit_gpu_max_c", -7L)
        .containsEntry("energy_mj", 13L)
        .containsEntry("violation_power_ns", 123456789012L);
  }

  @Test
  void numberBeyondSignedRangeIsAbsentAndShown() throws IOException {
    Captured captured = Captured.played(
            1204, root, "field 0 0 TOTAL_ENERGY_CONSUMPTION 0xfffffffffffffff0")
        .run(1);

    assertThat(first(captured.rows("gpu"))).doesNotContainKey("energy_mj");
    assertThat(captured.reasons("gpu.energy_mj"))
        .containsExactly(
            "nvmlDeviceGetFieldValues(83 NVML_FI_DEV_TOTAL_ENERGY_CONSUMPTION): 0xfffffffffffffff0 does not fit");
  }

  @ParameterizedTest
  @CsvSource({
    "1104, gpu.power_instant_mw, not in the header of this driver",
    "1104, gpu.memory_reserved_bytes, not in this NVML library (13)",
    "1200, gpu.sram_threshold_exceeded, not in this NVML library (13)",
    "1204, gpu.fabric_health_summary, version of the argument not known (25)",
    "1204, gpu.margin_c, not in this NVML library (13)",
    "1208, gpu.repair_tpc_pending, not in this NVML library (13)",
    "1300, gpu.unrepairable_memory, not in this NVML library (13)"
  })
  void whatADriverLacksIsAbsentWithItsReason(int header, String metric, String words)
      throws IOException {
    Captured captured = Captured.played(header, root, ONE_GPU).run(1);

    assertThat(captured.reasons(metric)).singleElement().asString().endsWith(words);
  }

  @ParameterizedTest
  @ValueSource(ints = {1104, 1200, 1202, 1204, 1208, 1209, 1300, 1301})
  void everyHeaderTellsTheEssentials(int header) throws IOException {
    Captured captured = Captured.played(
            header,
            root,
            "set 0 0 power_mw 350000",
            "set 0 0 temperature_c 66",
            "set 0 0 reasons 4")
        .run(1);

    Map<String, Long> row = first(captured.rows("gpu"));
    assertThat(row)
        .containsEntry("temperature_c", 66L)
        .containsEntry("clocks_event_reasons", 4L)
        .containsEntry("memory_total_bytes", 85520809984L)
        .containsEntry("power_limit_mw", 700000L);
    assertThat(row.getOrDefault("power_instant_mw", row.get("power_usage_mw"))).isEqualTo(350000);
    assertThat(captured.rows("nvlink"))
        .hasSize(18)
        .allSatisfy(link -> assertThat(link.values()).containsEntry("state", 1L));
  }

  @Test
  void renumberedFieldsDecodeAlike() throws IOException {
    String[] timeline = {
      "field 0 0 CLOCKS_EVENT_REASON_SW_THERM_SLOWDOWN 1000",
      "rate 0 60000 0 CLOCKS_EVENT_REASON_HW_THERM_SLOWDOWN 5000000",
      "field 0 0 PWR_SMOOTHING_ENABLED 1",
      "field 0 0 CLOCKS_EVENT_REASON_HW_POWER_BRAKE_SLOWDOWN 77"
    };

    Captured older = Captured.played(1300, root, timeline).run(5);
    Captured newer = Captured.played(1301, root, timeline).run(5);

    for (String column :
        List.of("sw_thermal_slowdown_ns", "hw_thermal_slowdown_ns", "hw_power_brake_ns")) {
      assertThat(values(older.rows("gpu"), column))
          .isEqualTo(values(newer.rows("gpu"), column))
          .doesNotContainNull();
    }
    assertThat(values(older.rows("gpu"), "hw_power_brake_ns")).containsOnly(77L);
  }

  @Test
  void nothingIsSaidTwiceWhileNothingChanges() throws IOException {
    Captured captured = Captured.played(1204, root, ONE_GPU).run(30);

    assertThat(captured.all(Message.Absences.class)).hasSize(3);
  }

  @Test
  void lostGpuIsAbsentWithItsCodeAndTheOthersGoOn() throws IOException {
    Captured captured = Captured.played(
            1204, root, TWO_GPUS, "ret 5000 1 * 15", "event 5000 1 0x8 79")
        .run(12);

    assertThat(captured.reasons("gpu.temperature_c"))
        .contains("nvmlDeviceGetTemperature(0): GPU is lost (15)");
    assertThat(captured.reasons("gpu.power_instant_mw"))
        .contains("nvmlDeviceGetFieldValues(186 NVML_FI_DEV_POWER_INSTANT): GPU is lost (15)");
    assertThat(captured.reasons("nvlink"))
        .containsExactly(SECOND + " answers no call: GPU is lost (15)");
    assertThat(captured.rows("gpu", FIRST))
        .hasSize(12)
        .allMatch(row -> row.values().containsKey("temperature_c"));
    assertThat(captured.rows("gpu", SECOND).get(6).values())
        .containsOnlyKeys("nvml_calls_count", "nvml_time_us");
  }

  @Test
  void gpuThatAnswersAgainSaysHowLongItDidNot() throws IOException {
    Captured captured = Captured.played(1204, root, TWO_GPUS, "ret 3000 0 * 15", "ret 7000 0 * 0")
        .run(12);

    assertThat(captured.notes("gap")).singleElement().satisfies(note -> {
      assertThat(note.entity()).isEqualTo(FIRST);
      assertThat(note.texts()).containsEntry("metric", "gpu");
      assertThat(note.texts().get("reason"))
          .isEqualTo("answers again after 4000 ms: GPU is lost (15) before");
      assertThat(note.numbers())
          .containsEntry("code", 15L)
          .containsEntry("from_ts", EPOCH + 3_000_000)
          .containsEntry("to_ts", EPOCH + 7_000_000);
    });
  }

  @Test
  void resetCostsOneTickAndIsSaid() throws IOException {
    Captured captured = Captured.played(1204, root, TWO_GPUS, "reset 4000 0", "event 8000 0 0x8 13")
        .run(12);

    assertThat(captured.rows("gpu", FIRST).stream()
            .filter(row -> !row.values().containsKey("temperature_c"))
            .map(Captured.Sent::tick))
        .containsExactly(4L);
    assertThat(captured.notes("event"))
        .extracting(note -> note.texts().get("reason"))
        .containsExactly("handle changed: the GPU was reset", "Xid");
  }

  @Test
  void unpluggedGpuIsGoneByNameUntilItIsBack() throws IOException {
    Captured captured =
        Captured.played(1204, root, TWO_GPUS, "unplug 3000 1", "plug 14000 1").run(25);

    assertThat(captured.reasons("gpu"))
        .containsExactly(
            "nvmlDeviceGetHandleByUUID(GPU-00000000-0000-0000-0000-000000000001): not found (6)");
    assertThat(captured.rows("gpu", SECOND).stream()
            .filter(row -> row.values().containsKey("temperature_c"))
            .map(Captured.Sent::tick))
        .contains(2L, 15L, 24L)
        .doesNotContain(3L, 10L, 13L);
    assertThat(captured.rows("gpu", FIRST)).hasSize(25);
    assertThat(captured.notes("event"))
        .extracting(note -> note.texts().get("reason"))
        .containsExactly("GPU is back in the list");
  }

  @Test
  void hangOfOneGpuIsTwoRowsAndCostsTheOthersNothing() throws IOException {
    Captured captured = Captured.played(
            1204, root, EIGHT_GPUS, "hang 3000 6000 2 nvmlDeviceGetUtilizationRates")
        .run(10);

    String third = "gpu:GPU-00000000-0000-0000-0000-000000000002";
    assertThat(captured.notes("gap")).hasSize(2).allSatisfy(note -> {
      assertThat(note.entity()).isEqualTo(third);
      assertThat(note.numbers())
          .containsEntry("code", 10L)
          .containsEntry("from_ts", EPOCH + 3_000_000);
    });
    assertThat(captured.notes("gap"))
        .extracting(note -> note.texts().get("reason"))
        .containsExactly(
            "nvmlDeviceGetUtilizationRates has not returned after 500 ms",
            "nvmlDeviceGetUtilizationRates returned after 3000 ms");
    assertThat(captured.notes("gap").get(1).numbers()).containsEntry("to_ts", EPOCH + 6_000_000);
    for (int gpu = 0; gpu < 8; gpu++) {
      int ticks = gpu == 2 ? 8 : 10;
      assertThat(captured.rows("gpu", FIRST.substring(0, FIRST.length() - 1) + gpu))
          .hasSize(ticks);
    }
    assertThat(captured.all(Message.Alive.class))
        .extracting(Message.Alive::stuck)
        .containsExactly(0, 0, 0, 1, 1, 1, 0, 0, 0, 0);
  }

  @Test
  void hangOfAllGpusIsTheDriversAndOneRow() throws IOException {
    Captured captured = Captured.played(
            1204, root, TWO_GPUS, "hang 3000 6000 - nvmlDeviceGetFieldValues")
        .run(10);

    assertThat(captured.notes("gap"))
        .extracting(Message.Note::entity)
        .containsExactly("node", "node");
    assertThat(captured.notes("gap").get(0).texts().get("reason"))
        .isEqualTo("driver-wide hang: no call on any of 2 GPUs has returned for 500 ms");
    assertThat(captured.notes("gap").get(1).numbers())
        .containsEntry("from_ts", EPOCH + 3_000_000)
        .containsEntry("to_ts", EPOCH + 6_000_000);
    assertThat(captured.rows("gpu", SECOND)).hasSize(8);
  }

  @Test
  void captureThatEndsInsideAHangEnds() throws IOException {
    Captured captured =
        Captured.played(1204, root, ONE_GPU, "hang 3000 60000 0 *").run(6);

    assertThat(captured.all(Message.Bye.class)).hasSize(1);
  }

  @Test
  void reloadedDriverIsANewSession() throws IOException {
    Captured captured = Captured.played(
            1204, root, TWO_GPUS, "driver 4000 unload", "driver 20000 load 555.42.02")
        .run(40);

    assertThat(captured.all(Message.Session.class))
        .extracting(Message.Session::number, Message.Session::initReturn)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(0, 0),
            org.assertj.core.groups.Tuple.tuple(1, 9),
            org.assertj.core.groups.Tuple.tuple(2, 0));
    assertThat(captured.all(Message.Session.class).get(2).facts())
        .containsEntry("driver.version", "555.42.02");
    assertThat(captured.reasons("gpu_process"))
        .contains("nvmlInitWithFlags: driver not loaded (9)");
    assertThat(captured.rows("gpu", FIRST).stream()
            .filter(row -> row.values().containsKey("temperature_c"))
            .map(Captured.Sent::tick))
        .contains(3L, 25L, 39L)
        .doesNotContain(4L, 10L, 19L);
    assertThat(captured.all(Message.Gpu.class))
        .extracting(Message.Gpu::gpu)
        .containsExactly(0, 1, 0, 1);
  }

  @ParameterizedTest
  @ValueSource(ints = {18, 9, 4, 999})
  void refusedInitialisationIsASessionWithItsCode(int code) throws IOException {
    Captured captured = Captured.played(
            1204, root, ONE_GPU, "ret 0 - nvmlInit_v2 " + code, "ret 15000 - nvmlInit_v2 0")
        .run(25);

    assertThat(captured.all(Message.Session.class))
        .extracting(Message.Session::initReturn)
        .containsExactly(code, 0);
    Message.Absences absences = captured.all(Message.Absences.class).get(0);
    assertThat(absences.gpu()).isEqualTo(-1);
    assertThat(absences.absences()).singleElement().satisfies(absence -> {
      assertThat(absence.entity()).isEqualTo("node");
      assertThat(absence.metric()).isEqualTo("gpu");
      assertThat(absence.code()).isEqualTo(code);
      assertThat(absence.reason())
          .startsWith("nvmlInit_v2: ")
          .endsWith("; library unknown, driver 550.163.01");
    });
    assertThat(captured.rows("gpu", FIRST)).isNotEmpty().allMatch(row -> row.tick() > 15);
  }

  @Test
  void migForbidsByName() throws IOException {
    Captured captured = Captured.played(
            1204,
            root,
            ONE_GPU,
            "set 0 0 mig_mode 1",
            "instance 0 60000 0 1 0 MIG-11111111-2222-3333-4444-555555555555 10737418240 1",
            "set 0 0/1/0 memory_used_bytes 1073741824",
            "proc 0 60000 0/1/0 4321 536870912")
        .run(3);

    assertThat(captured.reasons("gpu.utilization_gpu_pct"))
        .contains("nvmlDeviceGetUtilizationRates: not supported (3), MIG is on");
    assertThat(captured.rows("gpu", FIRST + "/1/0"))
        .hasSize(3)
        .allSatisfy(row -> assertThat(row.values())
            .containsEntry("memory_used_bytes", 1073741824L)
            .containsEntry("memory_total_bytes", 10737418240L));
    assertThat(captured.rows("gpu_process")).singleElement().satisfies(row -> {
      assertThat(row.entity()).isEqualTo(FIRST + "/1/0/pid:4321");
      assertThat(row.values()).containsEntry("memory_used_bytes", 536870912L);
    });
    assertThat(captured.notes("inventory"))
        .anyMatch(note -> note.texts().containsValue("MIG-11111111-2222-3333-4444-555555555555"));
  }

  @Test
  void processesHaveTheirUseAndAccounts() throws IOException {
    Captured captured = Captured.played(
            1204,
            root,
            "set 0 0 accounting_mode 1",
            "proc 0 60000 0 4321 1048576 40",
            "graphics 0 60000 0 4321 1048576",
            "proc 0 60000 0 99 -1",
            "account 0 4321 1699999990000000 10000 2097152 35 12 1",
            "account 0 7 1699999000000000 5000 4096 90 50 0")
        .run(12);

    Map<String, Map<String, Long>> byEntity = new TreeMap<>();
    captured.rows("gpu_process").stream()
        .filter(row -> row.tick() == 10)
        .forEach(row -> byEntity.put(row.entity(), row.values()));
    assertThat(byEntity.get(FIRST + "/pid:4321"))
        .containsEntry("process_type", 3L)
        .containsEntry("memory_used_bytes", 1048576L)
        .containsEntry("sm_utilization_pct", 40L)
        .containsEntry("accounting_gpu_utilization_pct", 35L);
    assertThat(byEntity.get(FIRST + "/pid:99")).doesNotContainKey("memory_used_bytes");
    assertThat(captured.reasons("gpu_process.memory_used_bytes"))
        .contains("nvmlDeviceGetComputeRunningProcesses_v3: 0xffffffffffffffff does not fit");
    assertThat(captured.notes("gpu_process")).singleElement().satisfies(note -> {
      assertThat(note.origin()).isEqualTo("pre_record");
      assertThat(note.entity()).isEqualTo(FIRST + "/pid:7");
      assertThat(note.tsMicros()).isEqualTo(1699999005000000L);
    });
  }

  @Test
  void driversRingBuffersAreThePast() throws IOException {
    Captured captured = Captured.played(
            1204,
            root,
            "set -5000 0 power_mw 500000",
            "set 0 0 power_mw 80000",
            "retired 0 1 0xabc000 1690000000000000")
        .run(1);

    List<Message.Note> past = captured.notes("gpu");
    assertThat(past).hasSize(120).allMatch(note -> note.origin().equals("pre_record"));
    assertThat(past.get(100).tsMicros()).isEqualTo(EPOCH - 1_900_000);
    assertThat(past.get(100).numbers())
        .containsEntry("power_usage_mw", 500000L)
        .containsEntry("clock_sm_mhz", 345L);
    assertThat(captured.notes("event")).singleElement().satisfies(note -> {
      assertThat(note.tsMicros()).isEqualTo(1690000000000000L);
      assertThat(note.texts()).containsEntry("reason", "page retired");
      assertThat(note.texts().get("text")).contains("0xabc000");
    });
  }

  @Test
  void pastThatIsNotToldHasItsReason() throws IOException {
    Captured captured =
        Captured.played(1204, root, "ret 0 0 nvmlDeviceGetSamples 4").run(1);

    assertThat(captured.notes("gpu")).isEmpty();
    assertThat(captured.notes("inventory"))
        .anyMatch(note -> note.texts()
            .equals(Map.of(
                "item", "absent.past.power_usage_mw",
                "value", "nvmlDeviceGetSamples: no permission (4)")));
  }

  @Test
  void eventsAreRowsOfTheirGpu() throws IOException {
    Captured captured = Captured.played(
            1208,
            root,
            TWO_GPUS,
            "event 2500 1 0x8 48",
            "event 2600 1 0x8000 0",
            "field 2600 1 GET_GPU_RECOVERY_ACTION 1",
            "event 3500 0 0x8 31 2 1")
        .run(6);

    List<Message.Note> events = captured.notes("event");
    assertThat(events).hasSize(3);
    assertThat(events.get(0).entity()).isEqualTo(SECOND);
    assertThat(events.get(0).numbers()).containsOnly(Map.entry("code", 8L), Map.entry("data", 48L));
    assertThat(events.get(1).numbers()).containsEntry("recovery_action_to", 1L);
    assertThat(events.get(2).numbers())
        .containsEntry("gpu_instance", 2L)
        .containsEntry("compute_instance", 1L);
    assertThat(events.get(2).tsMicros()).isEqualTo(EPOCH + 4_000_000);
  }

  @Test
  void lostGpuDoesNotSilenceTheEventsOfOthers() throws IOException {
    Captured captured = Captured.played(
            1208,
            root,
            TWO_GPUS,
            "ret 3000 0 * 15",
            "ret 3000 - nvmlEventSetWait_v2 15",
            "ret 5000 - nvmlEventSetWait_v2 0",
            "event 8500 1 0x8 79")
        .run(12);

    assertThat(captured.notes("event"))
        .singleElement()
        .satisfies(note -> assertThat(note.entity()).isEqualTo(SECOND));
    assertThat(captured.notes("gap").stream()
            .filter(note -> note.texts().containsValue("event"))
            .map(note -> note.texts().get("reason")))
        .containsExactly(
            "nvmlEventSetWait_v2: GPU is lost (15)",
            "events are delivered again: GPU is lost (15) before");
  }

  @Test
  void slowNvmlIsAskedLessOftenAndThenAgain() throws IOException {
    Captured captured = Captured.played(
            1204,
            root,
            TWO_GPUS,
            "delay 10000 0 nvmlDeviceGetUtilizationRates 400000",
            "delay 10000 0 nvmlDeviceGetPerformanceState 200000",
            "delay 60000 0 * 0",
            "delay 60000 0 nvmlDeviceGetUtilizationRates 0",
            "delay 60000 0 nvmlDeviceGetPerformanceState 0")
        .run(300);

    List<String> reasons = captured.notes("gap").stream()
        .filter(note -> note.entity().equals(FIRST))
        .map(note -> note.texts().get("reason"))
        .toList();
    assertThat(reasons.get(0))
        .isEqualTo(
            "NVML took more than 500 ms, half an interval, at 1 of 20 ticks: asked every 2. tick");
    assertThat(reasons.get(reasons.size() - 1))
        .isEqualTo("NVML is calm again: asked every 1. tick");
    assertThat(captured.rows("gpu", SECOND)).hasSize(300);
    assertThat(captured.rows("gpu", FIRST)).hasSizeBetween(120, 290);
  }

  @Test
  void gpmIsTheMeanBetweenTwoSamples() throws IOException {
    Captured captured =
        Captured.played(1204, root, ONE_GPU, "set 0 0 gpm.2 8765").run(12);

    assertThat(captured.rows("gpu").stream()
            .filter(row -> row.values().containsKey("gpm_sm_util_pct"))
            .map(row -> row.values().get("gpm_sm_util_pct")))
        .containsExactly(8765L);
  }

  @Test
  void gpuInConfidentialModeSignsTheNonce() throws IOException {
    Captured captured = Captured.played(1204, root, "system cc on", ONE_GPU).run(1);

    Map<String, String> inventory = new TreeMap<>();
    captured
        .notes("inventory")
        .forEach(note -> inventory.put(note.texts().get("item"), note.texts().get("value")));
    assertThat(inventory).containsKeys("attestation.nonce", "attestation.certificate_chain");
    assertThat(inventory.get("attestation.report")).startsWith("00".repeat(32));
  }

  @Test
  void infoRomIsLookedAtAgainAtTheEnd() throws IOException {
    Captured captured =
        Captured.played(1204, root, ONE_GPU, "set 5000 0 inforom_valid 0").run(8);

    assertThat(captured.notes("inventory"))
        .anyMatch(
            note -> note.texts().equals(Map.of("item", "inforom.valid_at_end", "value", "0")));
  }
}
