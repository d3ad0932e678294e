package io.esnode.nvml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class NativeNvmlTest {
  private static final String ONE_GPU = "gpu 0 uuid GPU-11111111-2222-3333-4444-555555555555\n";
  private static final int FIELD_BYTES = 40;

  @TempDir
  private Path directory;

  @Test
  void missingLibraryIsCode12WithTheLinkersWords() {
    assertThatThrownBy(() -> NativeNvml.load(directory + "/libnvidia-ml.so.1"))
        .isInstanceOfSatisfying(NvmlException.class, e -> assertThat(e.code()).isEqualTo(12))
        .hasMessageContaining("No such file or directory")
        .hasMessageNotContaining("\n");
  }

  @Test
  void fileThatIsNoLibraryIsCode12() throws IOException {
    Path text = Files.writeString(directory.resolve("libnvidia-ml.so.1"), "hello");

    assertThatThrownBy(() -> NativeNvml.load(text.toString()))
        .isInstanceOfSatisfying(NvmlException.class, e -> assertThat(e.code()).isEqualTo(12))
        .hasMessageContaining("file too short");
  }

  @Test
  void anotherLibraryIsNotNvml() {
    assertThatThrownBy(() -> NativeNvml.load("libc.so.6"))
        .isInstanceOfSatisfying(NvmlException.class, e -> assertThat(e.code()).isEqualTo(13))
        .hasMessageContaining("not an NVML library: it has no nvmlErrorString");
  }

  @Test
  void pathIsTheFileThatIsMapped() throws Exception {
    NativeNvml nvml = FakeNvml.load(directory, "R550", ONE_GPU).nvml();

    assertThat(Path.of(nvml.path())).isEqualTo(directory.toRealPath().resolve("libnvidia-ml.so.1"));
  }

  @Test
  void mappedFileIsFoundByAddress() {
    String maps = """
        7f0000000000-7f0000001000 r--p 00000000 08:01 1 /lib/a b.so.1
        7f0000001000-7f0000002000 r-xp 00001000 08:01 1 /lib/c.so (deleted)
        7f0000002000-7f0000003000 rw-p 00000000 00:00 0
        ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0 [vsyscall]
        """;

    assertThat(MappedFiles.fileAt(maps, 0x7f0000000fffL)).hasValue("/lib/a b.so.1");
    assertThat(MappedFiles.fileAt(maps, 0x7f0000001000L)).hasValue("/lib/c.so (deleted)");
    assertThat(MappedFiles.fileAt(maps, 0x7f0000002000L)).isEmpty();
    assertThat(MappedFiles.fileAt("no maps at all\n-\n / -", 0)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "R470, 1104",
    "R525, 1200",
    "R535, 1202",
    "R535-process32, 1202",
    "R550, 1204",
    "R570, 1208",
    "R575, 1209",
    "R580, 1300",
    "R590, 1301"
  })
  void libraryHasTheSymbolsOfItsHeaderAndAnswers13ForTheOthers(String generation, int header)
      throws Exception {
    NativeNvml nvml = FakeNvml.play(directory, generation, ONE_GPU).nvml();

    for (FunctionTable.Row row : FunctionTable.rows()) {
      for (NvmlFunction function : NvmlFunction.values()) {
        if (function.symbol().equals(row.name())) {
          assertThat(nvml.has(function)).as(row.name()).isEqualTo(row.firstHeader() <= header);
          if (row.firstHeader() > header) {
            assertThat(nvml.call(function)).as(row.name()).isEqualTo(13);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "R470, 11.470.256.02, 1104, 11040",
    "R525, 12.525.147.05, 1200, 12000",
    "R550, 12.550.163.01, 1204, 12040",
    "R580, 13.580.95.05, 1300, 13000",
    "R590, 13.590.44.01, 1301, 13010"
  })
  void headerOfALibraryFollowsFromItsVersionText(
      String generation, String version, int header, int cuda) throws Exception {
    NativeNvml nvml = FakeNvml.play(directory, generation, ONE_GPU).nvml();
    NativeMemory memory = nvml.memory();
    long text = memory.allocate(80);
    long number = memory.allocate(4);

    assertThat(nvml.call(NvmlFunction.SYSTEM_GET_NVML_VERSION, text, 80)).isZero();
    assertThat(nvml.call(NvmlFunction.SYSTEM_GET_CUDA_DRIVER_VERSION_V2, number))
        .isZero();

    assertThat(memory.text(text, 80)).isEqualTo(version);
    assertThat(NvmlHeader.of(memory.text(text, 80), "")).hasValue(header);
    assertThat(memory.getInt(number)).isEqualTo(cuda);
  }

  @Test
  void unknownVersionWordAnswers25() throws Exception {
    FakeNvml fake = FakeNvml.play(directory, "R570", ONE_GPU);
    NativeMemory memory = fake.nvml().memory();
    long device = device(fake.nvml(), 0);
    long fabric = memory.allocate(40);

    memory.putInt(fabric, 0x03000028);
    int newest = fake.nvml().call(NvmlFunction.DEVICE_GET_GPU_FABRIC_INFO_V, device, fabric);
    memory.putInt(fabric, 0x02000024);
    int older = fake.nvml().call(NvmlFunction.DEVICE_GET_GPU_FABRIC_INFO_V, device, fabric);

    assertThat(newest).isEqualTo(25);
    assertThat(older).isZero();
    assertThat(memory.getByte(fabric + 28)).isEqualTo((byte) 3);
  }

  @Test
  void readingsFollowSetsAndRamps() throws Exception {
    FakeNvml fake = FakeNvml.play(
        directory,
        "R550",
        ONE_GPU + "ramp 0 3000 0 temperature_c 60 91\nset 5000 0 temperature_c -5\n");
    long device = device(fake.nvml(), 0);
    long value = fake.nvml().memory().allocate(4);
    List<Integer> seen = new ArrayList<>();

    for (int t : new int[] {-1, 0, 100, 2999, 3000, 4999, 5000}) {
      fake.at(t);
      assertThat(fake.nvml().call(NvmlFunction.DEVICE_GET_TEMPERATURE, device, 0, value))
          .isZero();
      seen.add(fake.nvml().memory().getInt(value));
    }

    assertThat(seen).containsExactly(34, 60, 61, 90, 91, 91, -5);
  }

  @Test
  void memoryAddsUp() throws Exception {
    FakeNvml fake = FakeNvml.play(
        directory,
        "R550",
        ONE_GPU
            + "set 0 0 memory_total_bytes 100\nset 0 0 memory_reserved_bytes 7\nset 0 0 memory_used_bytes 30\n");
    NativeMemory memory = fake.nvml().memory();
    long info = memory.allocate(40);
    memory.putInt(info, 0x02000028);

    assertThat(
            fake.nvml().call(NvmlFunction.DEVICE_GET_MEMORY_INFO_V2, device(fake.nvml(), 0), info))
        .isZero();

    assertThat(longs(memory, info + 8, 4)).containsExactly(100L, 7L, 63L, 30L);
  }

  @Test
  void fieldsAreTypedAndBytesBehindTheValueAreGarbage() throws Exception {
    FakeNvml fake = FakeNvml.play(directory, "R580", ONE_GPU + """
            type MEMORY_TEMP uint
            field -1000 0 MEMORY_TEMP 70
            type TEMPERATURE_SLOWDOWN_TLIMIT sint
            field -1000 0 TEMPERATURE_SLOWDOWN_TLIMIT -2
            type NVLINK_GET_VERSION ushort
            field -1000 0 NVLINK_GET_VERSION.3 5
            type POWER_AVERAGE double
            field -1000 0 POWER_AVERAGE 123456
            """);
    NativeMemory memory = fake.nvml().memory();
    long fields = fields(
        fake, "MEMORY_TEMP", "TEMPERATURE_SLOWDOWN_TLIMIT", "NVLINK_GET_VERSION", "POWER_AVERAGE");
    memory.putInt(fields + 2L * FIELD_BYTES + 4, 3);

    read(fake, fields, 4);

    assertThat(memory.getLong(fields + 32)).isEqualTo(0xa5a5a5a5_00000046L);
    assertThat(memory.getInt(fields + 24)).isEqualTo(1);
    assertThat(memory.getInt(fields + FIELD_BYTES + 32)).isEqualTo(-2);
    assertThat(memory.getInt(fields + FIELD_BYTES + 24)).isEqualTo(5);
    assertThat(memory.getLong(fields + 2 * FIELD_BYTES + 32)).isEqualTo(0xa5a5a5a5_a5a50005L);
    assertThat(memory.getDouble(fields + 3 * FIELD_BYTES + 32)).isEqualTo(123.456);
  }

  @ParameterizedTest
  @CsvSource({"R575", "R580", "R590"})
  void renumberedFieldGivesTheSameValueUnderTheNumberOfItsHeader(String generation)
      throws Exception {
    FakeNvml fake = FakeNvml.play(directory, generation, ONE_GPU + """
            field 0 0 CLOCKS_EVENT_REASON_SW_THERM_SLOWDOWN 7
            rate 4000 6000 0 CLOCKS_EVENT_REASON_SW_THERM_SLOWDOWN 900000000000
            """);
    long fields = fields(fake, "CLOCKS_EVENT_REASON_SW_THERM_SLOWDOWN");

    fake.at(5500);
    read(fake, fields, 1);

    assertThat(fake.nvml().memory().getInt(fields))
        .isEqualTo(generation.equals("R590") ? 269 : 251);
    assertThat(fake.nvml().memory().getLong(fields + 32)).isEqualTo(1_350_000_007L);
  }

  @Test
  void fieldsCarryTheirOwnReturnCodes() throws Exception {
    FakeNvml fake = FakeNvml.play(
        directory,
        "R535",
        ONE_GPU + "field 0 0 PCIE_REPLAY_COUNTER 1\nret 0 0 field:POWER_INSTANT 4\n");
    NativeMemory memory = fake.nvml().memory();
    long fields = fields(
        fake, "PCIE_REPLAY_COUNTER", "POWER_INSTANT", "POWER_AVERAGE", "TOTAL_ENERGY_CONSUMPTION");
    memory.putInt(fields + 3 * FIELD_BYTES, 269);

    read(fake, fields, 4);

    assertThat(codes(memory, fields, 4)).containsExactly(0, 4, 0, 3);
    assertThat(memory.getLong(fields + 2 * FIELD_BYTES + 32)).isEqualTo(70000);
  }

  @Test
  void ratesAddUpSinceTheLastFieldAndWrap() throws Exception {
    FakeNvml fake = FakeNvml.play(directory, "R550", ONE_GPU + """
            type PCIE_REPLAY_COUNTER uint
            field 0 0 PCIE_REPLAY_COUNTER 0xfffffff0
            rate 0 10000 0 PCIE_REPLAY_COUNTER 4000
            rate 2000 3000 0 PCIE_REPLAY_COUNTER 1000000
            field 6000 0 PCIE_REPLAY_COUNTER 5
            rate -9000000000000 9000000000000 0 TOTAL_ENERGY_CONSUMPTION 700000000
            """);
    long fields = fields(fake, "PCIE_REPLAY_COUNTER", "TOTAL_ENERGY_CONSUMPTION");
    List<Long> seen = new ArrayList<>();

    for (int t : new int[] {0, 1000, 2500, 3000, 5999, 6000, 9000, 10_000, 11_000}) {
      fake.at(t);
      read(fake, fields, 2);
      seen.add(fake.nvml().memory().getUnsignedInt(fields + 32));
    }

    assertThat(seen)
        .containsExactly(
            0xfffffff0L,
            0xfffffff4L,
            0xfffffff0L + 510 - (1L << 32),
            0xfffffff0L + 1012 - (1L << 32),
            0xfffffff0L + 1023 - (1L << 32),
            5L,
            17L,
            21L,
            21L);
    assertThat(fake.nvml().memory().getLong(fields + FIELD_BYTES + 32))
        .isEqualTo(700 * (9_000_000_000_000L + 11_000));
  }

  @Test
  void lostGpuAnswers15AndTheOtherGoesOn() throws Exception {
    FakeNvml fake = FakeNvml.play(directory, "R550", "gpu 1 serial 7\nret 1000 0 * 15\n");
    NativeNvml nvml = fake.nvml();
    long lost = device(nvml, 0);
    long other = device(nvml, 1);
    long value = nvml.memory().allocate(8);

    fake.at(1000);

    assertThat(nvml.call(NvmlFunction.DEVICE_GET_POWER_USAGE, lost, value)).isEqualTo(15);
    assertThat(nvml.call(NvmlFunction.DEVICE_GET_POWER_USAGE, other, value)).isZero();
    assertThat(nvml.call(NvmlFunction.DEVICE_GET_COUNT_V2, value)).isZero();
    assertThat(nvml.memory().getInt(value)).isEqualTo(2);
  }

  @Test
  void staleHandleIsRefusedAndTheUuidGivesANewOne() throws Exception {
    FakeNvml fake = FakeNvml.play(directory, "R550", ONE_GPU + "reset 5000 0\n");
    NativeNvml nvml = fake.nvml();
    long before = device(nvml, 0);
    long uuid = nvml.memory().allocate(96);
    long handle = nvml.memory().allocate(8);
    nvml.memory().putText(uuid, "GPU-11111111-2222-3333-4444-555555555555");

    fake.at(5000);

    assertThat(nvml.call(NvmlFunction.DEVICE_GET_POWER_USAGE, before, handle)).isEqualTo(2);
    assertThat(nvml.call(NvmlFunction.DEVICE_GET_HANDLE_BY_UUID, uuid, handle)).isZero();
    assertThat(nvml.memory().getLong(handle)).isNotEqualTo(before);
    assertThat(nvml.call(NvmlFunction.DEVICE_GET_POWER_USAGE, nvml.memory().getLong(handle), uuid))
        .isZero();
  }

  @Test
  void driverReloadNeedsANewStart() throws Exception {
    FakeNvml fake = FakeNvml.play(
        directory, "R550", ONE_GPU + "driver 1000 unload\ndriver 2000 load 550.200.01\n");
    NativeNvml nvml = fake.nvml();
    long device = device(nvml, 0);
    long text = nvml.memory().allocate(80);
    List<Integer> codes = new ArrayList<>();

    for (int t : new int[] {999, 1000, 2000}) {
      fake.at(t);
      codes.add(nvml.call(NvmlFunction.SYSTEM_GET_DRIVER_VERSION, text, 80));
      codes.add(t == 1000 ? nvml.call(NvmlFunction.INIT_V2) : 0);
    }
    codes.add(nvml.call(NvmlFunction.SHUTDOWN));
    codes.add(nvml.call(NvmlFunction.INIT_V2));
    codes.add(nvml.call(NvmlFunction.SYSTEM_GET_DRIVER_VERSION, text, 80));
    codes.add(nvml.call(NvmlFunction.DEVICE_GET_POWER_USAGE, device, text + 40));

    assertThat(codes).containsExactly(0, 0, 9, 9, 9, 0, 0, 0, 0, 2);
    assertThat(nvml.memory().text(text, 80)).isEqualTo("550.200.01");
  }

  @Test
  void unpluggedGpuLeavesTheList() throws Exception {
    FakeNvml fake =
        FakeNvml.play(directory, "R550", "gpu 1 serial 7\nunplug 1000 0\nplug 2000 0\n");
    NativeNvml nvml = fake.nvml();
    long first = device(nvml, 0);
    long second = device(nvml, 1);
    long value = nvml.memory().allocate(8);

    fake.at(1500);

    assertThat(nvml.call(NvmlFunction.DEVICE_GET_POWER_USAGE, first, value)).isEqualTo(15);
    assertThat(device(nvml, 0)).isEqualTo(second);
    assertThat(nvml.call(NvmlFunction.DEVICE_GET_HANDLE_BY_INDEX_V2, 1, value)).isEqualTo(2);
    fake.at(2000);
    assertThat(device(nvml, 1)).isEqualTo(second);
    assertThat(nvml.call(NvmlFunction.DEVICE_GET_POWER_USAGE, first, value)).isEqualTo(2);
  }

  @Test
  void eventsReachOnlyWhatWasRegisteredBefore() throws Exception {
    FakeNvml fake = FakeNvml.play(
        directory,
        "R570",
        ONE_GPU
            + "event 100 0 0x8 48\nevent 200 0 0x8 79\nevent 200 0 0x8000 0\nevent 300 0 0x8 94 1 2\n");
    NativeNvml nvml = fake.nvml();
    NativeMemory memory = nvml.memory();
    long device = device(nvml, 0);
    long slot = memory.allocate(8);
    assertThat(nvml.call(NvmlFunction.EVENT_SET_CREATE, slot)).isZero();
    long set = memory.getLong(slot);
    long data = memory.allocate(32);

    fake.at(150);
    int unsupported = nvml.call(NvmlFunction.DEVICE_REGISTER_EVENTS, device, 0x8 | 0x20, set);
    int supported = nvml.call(NvmlFunction.DEVICE_REGISTER_EVENTS, device, 0x8, set);
    fake.at(300);

    assertThat(unsupported).isEqualTo(3);
    assertThat(supported).isZero();
    assertThat(nvml.call(NvmlFunction.EVENT_SET_WAIT_V2, set, data, 0)).isZero();
    assertThat(longs(memory, data, 3)).containsExactly(device, 8L, 79L);
    assertThat(memory.getInt(data + 24)).isEqualTo(-1);
    assertThat(nvml.call(NvmlFunction.EVENT_SET_WAIT_V2, set, data, 0)).isZero();
    assertThat(longs(memory, data + 8, 2)).containsExactly(8L, 94L);
    assertThat(memory.getInt(data + 24)).isEqualTo(1);
    assertThat(memory.getInt(data + 28)).isEqualTo(2);
    assertThat(nvml.call(NvmlFunction.EVENT_SET_WAIT_V2, set, data, 0)).isEqualTo(10);
  }

  @Test
  void hungCallComesBackWhenItsTimeIsOver() throws Exception {
    FakeNvml fake = FakeNvml.play(
        directory,
        "R550",
        "gpu 1 serial 7\nhang 1000 9000 1 nvmlDeviceGetUtilizationRates\nret 9000 1 * 15\n");
    NativeNvml nvml = fake.nvml();
    long hanging = device(nvml, 1);
    long out = nvml.memory().allocate(8);
    fake.at(1000);
    FutureTask<Integer> call =
        new FutureTask<>(() -> nvml.call(NvmlFunction.DEVICE_GET_UTILIZATION_RATES, hanging, out));
    Thread thread = new Thread(call, "hanging call");
    thread.setDaemon(true);
    thread.start();
    while (fake.calls(NvmlFunction.DEVICE_GET_UTILIZATION_RATES) == 0) {
      Thread.onSpinWait();
    }

    long other = nvml.memory().allocate(8);
    assertThat(nvml.call(NvmlFunction.DEVICE_GET_UTILIZATION_RATES, device(nvml, 0), other))
        .isZero();
    assertThat(call.isDone()).isFalse();
    fake.at(9000);
    assertThat(call.get(10, TimeUnit.SECONDS)).isEqualTo(15);
  }

  @Test
  void delayedCallTakesItsTime() throws Exception {
    FakeNvml fake =
        FakeNvml.play(directory, "R550", ONE_GPU + "delay 0 0 nvmlDeviceGetPowerUsage 30000\n");
    long device = device(fake.nvml(), 0);
    long value = fake.nvml().memory().allocate(4);

    long before = System.nanoTime();
    fake.nvml().call(NvmlFunction.DEVICE_GET_POWER_USAGE, device, value);
    Duration took = Duration.ofNanos(System.nanoTime() - before);

    assertThat(took).isGreaterThanOrEqualTo(Duration.ofMillis(30));
  }

  @Test
  void libraryOfAnotherDriverRefusesToStart() throws Exception {
    NativeNvml nvml = FakeNvml.load(directory, "R550", ONE_GPU + "ret -1000 - nvmlInit_v2 18\n")
        .nvml();

    assertThat(nvml.call(NvmlFunction.INIT_V2)).isEqualTo(18);
    assertThat(nvml.call(NvmlFunction.DEVICE_GET_COUNT_V2, nvml.memory().allocate(4)))
        .isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "set 0 0 no_such_key 1",
        "set 0 1 power_mw 1",
        "set 0 - power_mw 1",
        "set 0 0 power_mw 1.5",
        "set 0 0 power_mw",
        "field 0 0 NO_SUCH_FIELD 1",
        "ret 0 0 nvmlDeviceSetPowerManagementLimit 3",
        "event 0 0/1/0 0x8 79",
        "set 0 0/1/0 memory_used_bytes 1",
        "explode 0 0",
        "gpu 0 minor one"
      })
  void timelineThatIsNotUnderstoodStopsTheStart(String statement) throws Exception {
    NativeNvml nvml =
        FakeNvml.load(directory, "R550", ONE_GPU + statement + "\n").nvml();

    assertThat(nvml.call(NvmlFunction.INIT_V2)).isEqualTo(999);
  }

  @ParameterizedTest
  @CsvSource({"R550, 24", "R535-process32, 32"})
  void processListHasTheElementSizeOfItsDriver(String generation, int bytes) throws Exception {
    FakeNvml fake = FakeNvml.play(
        directory,
        generation,
        ONE_GPU + "proc 0 9000 0 4242 1000\nproc 0 9000 0 4243 2000\nproc 0 1 0 1 1\n");
    NativeMemory memory = fake.nvml().memory();
    long count = memory.allocate(4);
    long list = memory.allocate(400);
    memory.fill(list, 400, 0xa5);
    long device = device(fake.nvml(), 0);

    fake.at(500);
    memory.putInt(count, 1);
    int small =
        fake.nvml().call(NvmlFunction.DEVICE_GET_COMPUTE_RUNNING_PROCESSES_V3, device, count, list);
    int needed = memory.getInt(count);
    memory.putInt(count, 10);
    int enough =
        fake.nvml().call(NvmlFunction.DEVICE_GET_COMPUTE_RUNNING_PROCESSES_V3, device, count, list);

    assertThat(small).isEqualTo(7);
    assertThat(needed).isEqualTo(2);
    assertThat(enough).isZero();
    assertThat(memory.getInt(list)).isEqualTo(4242);
    assertThat(memory.getInt(list + bytes)).isEqualTo(4243);
    assertThat(memory.getLong(list + bytes + 8)).isEqualTo(2000);
    assertThat(memory.getByte(list + 2L * bytes)).isEqualTo((byte) 0xa5);
  }

  @Test
  void samplesAreARingThatIsDrainedByLastSeen() throws Exception {
    FakeNvml fake =
        FakeNvml.play(directory, "R550", ONE_GPU + "ramp -12000 0 0 power_mw 250000 370000\n");
    NativeNvml nvml = fake.nvml();
    NativeMemory memory = nvml.memory();
    long device = device(nvml, 0);
    long type = memory.allocate(4);
    long count = memory.allocate(4);
    long samples = memory.allocate(120 * 16);
    memory.putInt(count, 120);

    fake.at(50);
    assertThat(nvml.call(NvmlFunction.DEVICE_GET_SAMPLES, device, 0, 0, type, count, samples))
        .isZero();

    assertThat(memory.getInt(count)).isEqualTo(120);
    assertThat(memory.getInt(type)).isEqualTo(1);
    assertThat(memory.getLong(samples)).isEqualTo(1_700_000_000_000_000L - 11_900_000);
    assertThat(memory.getInt(samples + 8)).isEqualTo(251_000);
    assertThat(memory.getInt(samples + 119 * 16 + 8)).isEqualTo(370_000);
    long last = memory.getLong(samples + 119 * 16);
    assertThat(nvml.call(NvmlFunction.DEVICE_GET_SAMPLES, device, 0, last, type, count, samples))
        .isEqualTo(6);
    fake.at(210);
    memory.putInt(count, 120);
    assertThat(nvml.call(NvmlFunction.DEVICE_GET_SAMPLES, device, 0, last, type, count, samples))
        .isZero();
    assertThat(memory.getInt(count)).isEqualTo(2);
  }

  @Test
  void migForbidsWhatMigForbids() throws Exception {
    FakeNvml fake = FakeNvml.play(directory, "R550", ONE_GPU + """
            set 0 0 mig_mode 1
            instance 0 9000 0 2 0 MIG-b 20000 3
            instance 0 5000 0 1 0 MIG-a 10000 2
            set 0 0/1/0 memory_used_bytes 777
            proc 0 9000 0/2/0 4242 1000
            """);
    NativeNvml nvml = fake.nvml();
    NativeMemory memory = nvml.memory();
    long device = device(nvml, 0);
    long out = memory.allocate(64);

    assertThat(nvml.call(NvmlFunction.DEVICE_GET_UTILIZATION_RATES, device, out))
        .isEqualTo(3);
    assertThat(nvml.call(NvmlFunction.DEVICE_GET_REMAPPED_ROWS, device, out, out, out, out, 0))
        .isEqualTo(3);
    assertThat(nvml.call(NvmlFunction.DEVICE_GET_MIG_DEVICE_HANDLE_BY_INDEX, device, 0, out))
        .isZero();
    long mig = memory.getLong(out);
    assertThat(nvml.call(NvmlFunction.DEVICE_GET_UUID, mig, out, 64)).isZero();
    assertThat(memory.text(out, 64)).isEqualTo("MIG-a");
    assertThat(nvml.call(NvmlFunction.DEVICE_GET_MEMORY_INFO, mig, out)).isZero();
    assertThat(longs(memory, out, 3)).containsExactly(10_000L, 9223L, 777L);
    assertThat(nvml.call(NvmlFunction.DEVICE_GET_POWER_USAGE, mig, out)).isEqualTo(3);
    assertThat(nvml.call(NvmlFunction.DEVICE_GET_MIG_DEVICE_HANDLE_BY_INDEX, device, 2, out))
        .isEqualTo(6);
    fake.at(5000);
    assertThat(nvml.call(NvmlFunction.DEVICE_GET_UUID, mig, out, 64)).isEqualTo(2);
  }

  @Test
  void attestationReportBeginsWithTheNonce() throws Exception {
    FakeNvml fake = FakeNvml.play(directory, "R550", ONE_GPU + "system cc on\n");
    NativeMemory memory = fake.nvml().memory();
    long report = memory.allocate(12_332);
    byte[] nonce = "0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    memory.put(report + 12, nonce, nonce.length);

    int code = fake.nvml()
        .call(
            NvmlFunction.DEVICE_GET_CONF_COMPUTE_GPU_ATTESTATION_REPORT,
            device(fake.nvml(), 0),
            report);

    assertThat(code).isZero();
    assertThat(memory.text(report + 44, memory.getInt(report + 4)))
        .isEqualTo("0123456789abcdef0123456789abcdefGPU-11111111-2222-3333-4444-555555555555");
  }

  @Test
  void gpmMetricsAreReadAtTheSecondSample() throws Exception {
    FakeNvml fake = FakeNvml.play(directory, "R550", ONE_GPU + "ramp 0 1000 0 gpm.5 0 9950\n");
    NativeNvml nvml = fake.nvml();
    NativeMemory memory = nvml.memory();
    long device = device(nvml, 0);
    long metrics = memory.allocate(24 + 40);
    for (int i = 0; i < 2; i++) {
      assertThat(nvml.call(NvmlFunction.GPM_SAMPLE_ALLOC, metrics + 8L + i * 8L))
          .isZero();
      fake.at(i * 1000L);
      assertThat(
              nvml.call(NvmlFunction.GPM_SAMPLE_GET, device, memory.getLong(metrics + 8L + i * 8L)))
          .isZero();
    }
    memory.putInt(metrics, 1);
    memory.putInt(metrics + 4, 1);
    memory.putInt(metrics + 24, 5);

    assertThat(nvml.call(NvmlFunction.GPM_METRICS_GET, metrics)).isZero();

    assertThat(memory.getDouble(metrics + 32)).isEqualTo(99.5);
  }

  @Test
  void crashInTheLibraryEndsOnlyTheProcessItIsIn() throws IOException, InterruptedException {
    Path timeline = Files.writeString(
        directory.resolve("timeline"),
        "esnode.timeline/1\nsystem stale crash\ngpu 0 serial 1\nreset 0 0\n");
    Path clock =
        Files.write(directory.resolve("clock"), new byte[] {-1, -1, -1, -1, -1, -1, -1, -1});
    ProcessBuilder child = new ProcessBuilder(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-Xshare:auto",
        "-XX:-CreateCoredumpOnCrash",
        "-XX:ErrorFile=/dev/null",
        "-cp",
        System.getProperty("java.class.path"),
        StaleHandleMain.class.getName(),
        FakeNvml.library("R550").toAbsolutePath().toString(),
        clock.toString());
    child.environment().put("ESNODE_FAKE_TIMELINE", timeline.toString());
    child.environment().put("ESNODE_FAKE_CLOCK", clock.toString());
    child.redirectErrorStream(true).redirectOutput(directory.resolve("out").toFile());

    int exit = child.start().waitFor();

    assertThat(exit).isNotZero();
    assertThat(directory.resolve("out")).content().contains("SIGSEGV");
  }

  private static long device(NativeNvml nvml, int index) {
    long slot = nvml.memory().allocate(8);
    assertThat(nvml.call(NvmlFunction.DEVICE_GET_HANDLE_BY_INDEX_V2, index, slot))
        .isZero();
    return nvml.memory().getLong(slot);
  }

  private static long fields(FakeNvml fake, String... names) {
    NativeMemory memory = fake.nvml().memory();
    long text = memory.allocate(80);
    assertThat(fake.nvml().call(NvmlFunction.SYSTEM_GET_NVML_VERSION, text, 80)).isZero();
    int header = NvmlHeader.of(memory.text(text, 80), "").orElseThrow();
    long fields = memory.allocate(FIELD_BYTES * names.length);
    for (int i = 0; i < names.length; i++) {
      memory.putInt(
          fields + (long) FIELD_BYTES * i, FieldCatalog.number(names[i], header).orElseThrow());
    }
    return fields;
  }

  private static void read(FakeNvml fake, long fields, int count) {
    NativeNvml nvml = fake.nvml();
    assertThat(nvml.call(NvmlFunction.DEVICE_GET_FIELD_VALUES, device(nvml, 0), count, fields))
        .isZero();
  }

  private static List<Integer> codes(NativeMemory memory, long fields, int count) {
    List<Integer> codes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      codes.add(memory.getInt(fields + (long) FIELD_BYTES * i + 28));
    }
    return codes;
  }

  private static List<Long> longs(NativeMemory memory, long address, int count) {
    List<Long> values = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      values.add(memory.getLong(address + 8L * i));
    }
    return values;
  }
}
