package io.esnode.timeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TimelineTest {
  private static final Target GPU = Target.gpu(0);

  private static Timeline timeline(String... statements) throws TimelineException {
    return Timeline.parse(
        "t.timeline", "esnode.timeline/1\ngpu 0 name Test\n" + String.join("\n", statements));
  }

  private static long reading(Timeline timeline, String key, long ms) {
    return Objects.requireNonNull(timeline.subject(GPU).readings.get(key)).at(ms);
  }

  private static long field(Timeline timeline, String key, long ms) {
    return Objects.requireNonNull(timeline.subject(GPU).fields.get(key)).at(ms);
  }

  @Test
  void latestStatementThatHasBegunCounts() throws TimelineException {
    Timeline timeline =
        timeline("set 200 0 power_mw 3", "set 0 0 power_mw 1", "set 100 0 power_mw 2");

    assertThat(reading(timeline, "power_mw", 99)).isEqualTo(1);
    assertThat(reading(timeline, "power_mw", 100)).isEqualTo(2);
    assertThat(reading(timeline, "power_mw", 5000)).isEqualTo(3);
  }

  @Test
  void ofTwoStatementsForTheSameTimeTheLaterLineCounts() throws TimelineException {
    Timeline timeline = timeline("set 0 0 power_mw 1", "ramp 0 0 0 power_mw 5 2");

    assertThat(reading(timeline, "power_mw", 0)).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource({"0, -10", "1, -7", "2, -4", "3, 0", "4, 0"})
  void rampTruncatesItsQuotientTowardZero(long ms, long value) throws TimelineException {
    Timeline timeline = timeline("ramp 0 3 0 temperature_c -10 0");

    assertThat(reading(timeline, "temperature_c", ms)).isEqualTo(value);
  }

  @Test
  void rampAcrossTheWholeRangeDoesNotOverflow() throws TimelineException {
    Timeline timeline =
        timeline("ramp 0 4 0 reasons %s %s".formatted(Long.MIN_VALUE, Long.MAX_VALUE));

    assertThat(reading(timeline, "reasons", 2)).isEqualTo(-1);
    assertThat(reading(timeline, "reasons", 1)).isEqualTo(Long.MIN_VALUE + (1L << 62) - 1);
  }

  @Test
  void ratesAddUpSinceTheLatestFieldEachTruncatedByItself() throws TimelineException {
    Timeline timeline = timeline(
        "field 0 0 PCIE_REPLAY_COUNTER 100",
        "rate 0 10000 0 PCIE_REPLAY_COUNTER 1500",
        "rate 5000 7000 0 PCIE_REPLAY_COUNTER 1000",
        "field 6000 0 PCIE_REPLAY_COUNTER 0");

    assertThat(field(timeline, "PCIE_REPLAY_COUNTER.0", 999)).isEqualTo(101);
    assertThat(field(timeline, "PCIE_REPLAY_COUNTER.0", 5999)).isEqualTo(100 + 8);
    assertThat(field(timeline, "PCIE_REPLAY_COUNTER.0", 6000)).isEqualTo(0);
    assertThat(field(timeline, "PCIE_REPLAY_COUNTER.0", 20000)).isEqualTo(6 + 1);
  }

  @Test
  void counterWrapsAt64Bits() throws TimelineException {
    Timeline timeline = timeline(
        "field 0 0 NVLINK_GET_STATE.3 0xffffffffffffffff", "rate 0 1000 0 NVLINK_GET_STATE.3 2000");

    assertThat(field(timeline, "NVLINK_GET_STATE.3", 1000)).isEqualTo(1);
  }

  @Test
  void fastRateOverALongTimeDoesNotOverflow() throws TimelineException {
    Timeline timeline = timeline("rate 0 4000000000000 0 PCIE_REPLAY_COUNTER 9000000000000000000");

    assertThat(field(timeline, "PCIE_REPLAY_COUNTER.0", 4_000_000_000_000L))
        .isEqualTo(new BigInteger("36000000000000000000000000").longValue());
  }

  @Test
  void hostColumnIsUnknownThenPresentThenAbsentWithItsReason() throws TimelineException {
    Timeline timeline = timeline(
        "host 1000 disk disk:nvme0n1 reads_count 7",
        "host-rate 2000 4000 disk disk:nvme0n1 reads_count 1000",
        "host-none 5000 disk disk:nvme0n1 reads_count device gone");

    HostSeries series = timeline.hostSeries().get(0);

    assertThat(series.entity()).isEqualTo("disk:nvme0n1");
    assertThat(series.at(999)).isEmpty();
    assertThat(series.at(3000)).contains(new HostValue.Present(8));
    assertThat(series.at(5000)).contains(new HostValue.Absent("device gone"));
  }

  @Test
  void kernelLogCountsLostRecordsInItsNumbers() throws TimelineException {
    Timeline timeline = timeline("kmsg 30 4 NVRM: Xid  two", "kmsg-lost 20 5", "kmsg 10 6 one");

    assertThat(timeline.kernelRecords())
        .containsExactly(
            new KernelRecord(10, 0, 6, "one"), new KernelRecord(30, 6, 4, "NVRM: Xid  two"));
    assertThat(timeline.kernelLosses()).containsExactly(new KernelLoss(20, 1, 5));
  }

  @Test
  void identityIsSaidDefaultOrWithheld() throws TimelineException {
    Timeline timeline = timeline("gpu 1 vbios -", "gpu 1 minor 0x10");

    assertThat(timeline.gpuCount()).isEqualTo(2);
    assertThat(timeline.gpu(0, "name")).contains("Test");
    assertThat(timeline.gpu(0, "uuid")).contains("GPU-00000000-0000-0000-0000-000000000000");
    assertThat(timeline.gpu(1, "minor")).contains("16");
    assertThat(timeline.gpu(1, "vbios")).isEmpty();
  }

  @Test
  void lastTimeIsTheLatestAnyStatementNames() throws TimelineException {
    Timeline timeline = timeline("kmsg 10 6 one", "hang 5 90 0 *", "set -5 0 fans 1");

    assertThat(timeline.lastMs()).isEqualTo(90);
  }

  @Test
  void wallClockIsOffFromAMomentOn() throws TimelineException {
    Timeline timeline = timeline("system epoch_us 1000000", "clock 100 -250");

    assertThat(timeline.wallMicros(99)).isEqualTo(1_099_000);
    assertThat(timeline.wallMicros(100)).isEqualTo(1_099_750);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sett 0 0 power_mw 1",
        "set 0 0 power_mw",
        "set 0 0 power_mw 1 2",
        "set 0 0 power 1",
        "set 0 - power_mw 1",
        "set 0 1 power_mw 1",
        "set 0 0/1/2 power_mw 1",
        "set 1.5 0 power_mw 1",
        "set +1 0 power_mw 1",
        "set 4000000000001 0 power_mw 1",
        "set 0 0 power_mw 9223372036854775808",
        "field 0 0 PCIE_REPLAY_COUNTER 18446744073709551616",
        "field 0 0 NOT_A_FIELD 1",
        "field 0 0 NVLINK_GET_STATE.x 1",
        "rate 10 5 0 PCIE_REPLAY_COUNTER 1",
        "ret 0 0 nvmlDeviceReset 3",
        "ret 0 0 nvmlDeviceGetName 1000",
        "garbage 0 1 0 * 1",
        "garbage 0 1 - nvmlDeviceGetPowerUsage 1",
        "ret 0 - field:PCIE_REPLAY_COUNTER 3",
        "field 0 0/0/0 PCIE_REPLAY_COUNTER 1",
        "type PCIE_REPLAY_COUNTER float",
        "header 1205",
        "gpu 256 name x",
        "gpu 0 colour green",
        "gpu 0 pci 0F:00.0",
        "system stale maybe",
        "driver 0 load",
        "kmsg 0 6",
        "kmsg 0 192 text",
        "host 0 Disk sda reads 1",
        "event 0 0 0x8 48 1",
        "set 0 0 power_mw \u0661"
      })
  void whatThePageDoesNotKnowIsRefusedWithItsLine(String statement) {
    assertThatThrownBy(() -> timeline(statement))
        .isInstanceOf(TimelineException.class)
        .hasMessageStartingWith("t.timeline:3: found ")
        .hasMessageContaining(", expected ");
  }

  @Test
  void messageNamesWhatWasFoundAndWhatWasExpected() {
    assertThatThrownBy(() -> timeline("", "set 0 0 power_mw 1 2"))
        .hasMessage("t.timeline:4: found \"2\", expected the end of the line");
  }

  @Test
  void nulAndOverlongLinesAreRefused() {
    assertThatThrownBy(() -> timeline("kmsg 0 6 a\0b")).hasMessageContaining("NUL");
    assertThatThrownBy(() -> timeline("# " + "x".repeat(65_536))).hasMessageContaining("65538");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "esnode.timeline/2", "\ufeffesnode.timeline/1", " esnode.timeline/1"})
  void anyOtherFirstLineIsRefused(String first) {
    assertThatThrownBy(() -> Timeline.parse("t", first))
        .isInstanceOf(TimelineException.class)
        .hasMessageContaining("expected \"esnode.timeline/1\"");
  }

  @Test
  void carriageReturnsAndCommentsDoNotCount() throws TimelineException {
    Timeline timeline = timeline("# a comment\r", "set 0 0 fans 4\r", "");

    assertThat(timeline.subject(GPU).readings).containsKey("fans");
  }
}
