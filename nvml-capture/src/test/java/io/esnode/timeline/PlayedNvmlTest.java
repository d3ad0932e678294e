package io.esnode.timeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.esnode.nvml.NativeMemory;
import io.esnode.nvml.Nvml;
import io.esnode.nvml.NvmlFunction;
import io.esnode.nvml.NvmlReturn;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What only this player does; that it answers as the page says is proved by {@link PlayersAgreeTest}. */
class PlayedNvmlTest {
  private final VirtualClock clock = new VirtualClock(0);

  private PlayedNvml playing(int header, String statements) throws TimelineException {
    PlayedNvml nvml = new PlayedNvml(
        Timeline.parse("t", "esnode.timeline/1\ngpu 0 name Test\n" + statements), header, clock);
    assertThat(nvml.call(NvmlFunction.INIT_V2)).isZero();
    return nvml;
  }

  private static long handle(Nvml nvml) {
    long address = nvml.memory().allocate(8);
    assertThat(nvml.call(NvmlFunction.DEVICE_GET_HANDLE_BY_INDEX_V2, 0, address))
        .isZero();
    return nvml.memory().getLong(address);
  }

  @Test
  void callThatHangsDoesNotReturnUntilTheHangIsOver() throws TimelineException {
    PlayedNvml nvml = playing(1204, "hang 100 300 0 nvmlDeviceGetPowerUsage\n");
    long device = handle(nvml);
    long address = nvml.memory().allocate(4);

    clock.set(100);
    assertThat(nvml.call(NvmlFunction.DEVICE_GET_POWER_USAGE, device, address))
        .isEqualTo(Nvml.NOT_RETURNED);
    assertThat(nvml.call(NvmlFunction.DEVICE_GET_PERFORMANCE_STATE, device, address))
        .isZero();
    clock.set(300);
    assertThat(nvml.call(NvmlFunction.DEVICE_GET_POWER_USAGE, device, address)).isZero();
    assertThat(nvml.memory().getInt(address)).isEqualTo(70_000);
  }

  @Test
  void hangOfTheMachineHoldsEveryCall() throws TimelineException {
    PlayedNvml nvml = playing(1204, "hang 100 300 - *\n");
    long device = handle(nvml);

    clock.set(299);

    assertThat(nvml.call(NvmlFunction.DEVICE_VALIDATE_INFOROM, device))
        .isEqualTo(Nvml.NOT_RETURNED);
    assertThat(nvml.call(NvmlFunction.INIT_V2)).isEqualTo(Nvml.NOT_RETURNED);
  }

  @Test
  void delaysAddUpWithoutMovingTheClock() throws TimelineException {
    PlayedNvml nvml = playing(1204, "delay 0 0 * 1500\ndelay 0 0 nvmlDeviceValidateInforom 4000\n");
    long device = handle(nvml);
    long before = nvml.delayedNanos();

    nvml.call(NvmlFunction.DEVICE_VALIDATE_INFOROM, device);

    assertThat(before).isEqualTo(1_500_000);
    assertThat(nvml.delayedNanos() - before).isEqualTo(4_000_000);
    assertThat(clock.millis()).isZero();
  }

  @Test
  void handleFromBeforeAResetIsRefusedOrCrashes() throws TimelineException {
    PlayedNvml refusing = playing(1204, "reset 100 0\n");
    PlayedNvml crashing = playing(1204, "reset 100 0\nsystem stale crash\n");
    long refused = handle(refusing);
    long crashed = handle(crashing);

    clock.set(100);

    assertThat(refusing.call(NvmlFunction.DEVICE_VALIDATE_INFOROM, refused))
        .isEqualTo(NvmlReturn.INVALID_ARGUMENT);
    assertThat(crashing.call(NvmlFunction.DEVICE_VALIDATE_INFOROM, crashed))
        .isEqualTo(Nvml.NOT_RETURNED);
    assertThat(handle(refusing)).isNotEqualTo(refused);
  }

  @ParameterizedTest
  @CsvSource({"1208, 251, 3", "1209, 251, 0", "1300, 251, 0", "1301, 251, 3", "1301, 269, 0"})
  void numberOfAFieldIsTheOneOfTheHeader(int header, int number, int code)
      throws TimelineException {
    PlayedNvml nvml = playing(header, "field 0 0 CLOCKS_EVENT_REASON_SW_THERM_SLOWDOWN 7\n");
    NativeMemory memory = nvml.memory();
    long field = memory.allocate(40);
    memory.putInt(field, number);

    nvml.call(NvmlFunction.DEVICE_GET_FIELD_VALUES, handle(nvml), 1, field);

    assertThat(memory.getInt(field + 28)).isEqualTo(code);
  }

  @Test
  void bytesBehindANarrowValueAreNotZero() throws TimelineException {
    PlayedNvml nvml = playing(
        1204, "type PCIE_REPLAY_COUNTER uint\nfield 0 0 PCIE_REPLAY_COUNTER 0x1234567890\n");
    NativeMemory memory = nvml.memory();
    long field = memory.allocate(40);
    memory.putInt(field, 94);

    nvml.call(NvmlFunction.DEVICE_GET_FIELD_VALUES, handle(nvml), 1, field);

    assertThat(memory.getLong(field + 32)).isEqualTo(0xa5a5a5a534567890L);
  }

  @Test
  void symbolTheHeaderLacksIsNotThere() throws TimelineException {
    PlayedNvml nvml = playing(1204, "");

    assertThat(nvml.has(NvmlFunction.DEVICE_GET_TEMPERATURE_V)).isFalse();
    assertThat(nvml.call(NvmlFunction.DEVICE_GET_TEMPERATURE_V))
        .isEqualTo(NvmlReturn.FUNCTION_NOT_FOUND);
  }

  @Test
  void headerIsTheOneTheTimelineNames() throws TimelineException {
    Timeline silent = Timeline.parse("t", "esnode.timeline/1");
    Timeline naming = Timeline.parse("t", "esnode.timeline/1\nheader 1301");

    assertThat(new PlayedNvml(silent, clock).header()).isEqualTo(1204);
    assertThat(new PlayedNvml(naming, clock).header()).isEqualTo(1301);
  }
}
