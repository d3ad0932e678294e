package io.esnode.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.esnode.doctor.Check.State;
import io.esnode.wire.Message;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GpuChecksTest {
  private final GpuAnswer answer = new GpuAnswer();

  private void session(int code) {
    answer.add(new Message.Hello(1, Map.of("library.path", "/usr/lib/libnvidia-ml.so.550.163.01")));
    answer.add(new Message.Session(
        0,
        code,
        1,
        1,
        Map.of("nvml.version", "12.550.163.01", "driver.version", "550.163.01"),
        List.of()));
  }

  private void gpu(Map<String, String> facts) {
    answer.add(new Message.Gpu(0, "gpu:GPU-1", facts));
  }

  private void lacks(int code, String reason) {
    answer.add(new Message.Absences(
        0, 0, 1, 1, List.of(new Message.Absence("gpu:GPU-1", "gpu.margin_c", code, reason))));
  }

  private List<Check> checks() {
    return new GpuChecks(answer).all();
  }

  private Check check(String item) {
    return checks().stream().filter(c -> c.item().equals(item)).findFirst().orElseThrow();
  }

  @Test
  void healthyGpuIsNamed() {
    session(0);
    gpu(Map.of("name", "NVIDIA H100", "gpm.supported", "1", "events.supported", "0xff8b"));
    lacks(3, "nvmlDeviceGetMarginTemperature: not supported (3)");
    answer.add(new SomeRows(0));

    assertThat(checks()).extracting(Check::state).containsOnly(State.OK);
    assertThat(check("nvml").found()).isEqualTo("NVML 12.550.163.01, driver 550.163.01");
    assertThat(check("gpu 0").found())
        .isEqualTo("NVIDIA H100, gpu:GPU-1; GPM yes, events 0xff8b; 1 values not offered by it");
  }

  @Test
  void whatTheOperatorSwitchedOffIsALineToType() {
    session(0);
    gpu(Map.of("persistence.mode", "0", "accounting.mode", "0", "ecc.mode", "0", "mig.mode", "1"));
    answer.add(new SomeRows(0));

    assertThat(checks())
        .filteredOn(c -> c.state() == State.NOTE)
        .extracting(Check::remedy)
        .containsExactly(
            "systemctl enable --now nvidia-persistenced",
            "nvidia-smi -am 1",
            "nvidia-smi -e 1",
            null);
  }

  @Test
  void settingOfSomeGpusNamesThem() {
    session(0);
    for (int gpu = 0; gpu < 3; gpu++) {
      answer.add(
          new Message.Gpu(gpu, "gpu:GPU-" + gpu, Map.of("accounting.mode", gpu == 1 ? "1" : "0")));
    }

    assertThat(check("gpu 0,2").remedy()).isEqualTo("nvidia-smi -i 0,2 -am 1");
  }

  @Test
  void refusedCallsAreCountedByCode() {
    session(0);
    gpu(Map.of());
    lacks(4, "nvmlDeviceGetSramEccErrorStatus: no permission (4)");
    answer.add(new SomeRows(0));

    assertThat(check("gpu 0").state()).isEqualTo(State.BLOCKED);
    assertThat(check("gpu 0").found()).contains("no permission (4): 1");
    assertThat(check("gpu 0").remedy()).startsWith("sudo esnode record ...");
  }

  @Test
  void silentGpuIsNamedAndItsNeighbourIsNot() {
    session(0);
    gpu(Map.of("name", "NVIDIA H100"));
    answer.add(new Message.Gpu(1, "gpu:GPU-2", Map.of()));
    answer.add(new SomeRows(0));
    answer.failed("no answer within 5 s");

    assertThat(check("gpu 0").state()).isEqualTo(State.OK);
    assertThat(check("gpu 1").state()).isEqualTo(State.BLOCKED);
    assertThat(check("gpu 1").found()).contains("did not answer in time");
    assertThat(check("nvml").state()).isEqualTo(State.BLOCKED);
  }

  @Test
  void lostGpuIsAnAnswer() {
    session(0);
    gpu(Map.of("name", "NVIDIA H100"));
    answer.add(new Message.Absences(
        0,
        0,
        1,
        1,
        List.of(
            new Message.Absence("gpu:GPU-1", "gpu", 15, "nvmlDeviceGetName: GPU is lost (15)"))));
    answer.add(new Message.Alive(3, 1, 1, 0, 1));

    assertThat(answer.complete()).isTrue();
    assertThat(check("gpu 0").state()).isEqualTo(State.BLOCKED);
    assertThat(check("gpu 0").found()).endsWith("GPU is lost (15)");
  }

  @Test
  void refusedStartNamesCodeAndRemedy() {
    session(18);

    assertThat(check("nvml").found())
        .isEqualTo("nvmlInit_v2: driver and library of different versions (18)");
    assertThat(check("nvml").remedy()).contains("rmmod");
  }

  @Test
  void processThatSaidNothingIsNotTakenForAMachineWithoutGpus() {
    answer.failed("no answer within 5 s");

    assertThat(checks()).extracting(Check::state).containsExactly(State.BLOCKED);
  }

  @Test
  void answerIsCompleteWhenEveryGpuHasBeenAskedEverything() {
    session(0);
    gpu(Map.of());
    answer.add(new SomeRows(0));
    answer.add(new Message.Alive(1, 1, 2, 0, 1));
    assertThat(answer.complete()).as("first tick").isFalse();

    answer.add(new SomeRows(1));
    assertThat(answer.complete()).as("the second GPU has not been named").isFalse();

    answer.add(new Message.Alive(1, 1, 1, 0, 1));
    assertThat(answer.complete()).isTrue();
  }

  @Test
  void machineOfWhichNvmlListsNoGpuIsToldSo() {
    session(0);
    for (int tick = 0; tick < 8; tick++) {
      assertThat(answer.complete()).isFalse();
      answer.add(new Message.Alive(tick, 1, 0, 0, 1));
    }

    assertThat(answer.complete()).isTrue();
    assertThat(check("nvml").state()).isEqualTo(State.BLOCKED);
    assertThat(check("nvml").found()).endsWith("it lists no GPU");
  }

  /** Something GPU 0 answered. */
  private record SomeRows(long tick) implements Message.Rows {
    @Override
    public int gpu() {
      return 0;
    }

    @Override
    public int table() {
      return 0;
    }

    @Override
    public long tsMicros() {
      return 0;
    }

    @Override
    public long monoNanos() {
      return 0;
    }

    @Override
    public int rows() {
      return 0;
    }

    @Override
    public String entity(int row) {
      return "";
    }

    @Override
    public boolean present(int row, int column) {
      return false;
    }

    @Override
    public long value(int row, int column) {
      return 0;
    }
  }
}
