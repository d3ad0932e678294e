package io.esnode.source;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.esnode.metric.Registry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClockSourceTest {
  /** Said by chrony 4.3 that was just started. */
  private static final String UNSYNCHRONISED =
      "00000000,,0,0.000000000,0.000000000,0.000000000,0.000000000,0.000,0.000,0.000,1.000000000,1.000000000,0.0,Not synchronised";

  /** The same with the values of the example in chronyc(1). */
  private static final String SLOW =
      "CB00710F,203.0.113.15,3,1485510557.123456789,0.000006523,-0.000006747,0.000035822,-3.225,-0.000,0.129,0.013639022,0.001100737,64.2,Normal";

  @TempDir
  private Path root;

  private Sources open() throws IOException {
    Opening opening = opening();
    ClockSource.open(opening);
    return opening.sources();
  }

  private Opening opening() throws IOException {
    Files.createDirectories(root.resolve("proc"));
    return new Opening(root.resolve("proc"), root.resolve("sys"), ProcessWatch.NOBODY);
  }

  private static Source sampled(Sources sources) {
    assertThat(sources.tiers()).hasSize(1);
    Source source = sources.tiers().get(0).sources().get(0);
    source.sample();
    return source;
  }

  private void chronyc(String script) throws IOException {
    program("chronyc", script);
  }

  private void program(String name, String script) throws IOException {
    Path file = root.resolve("usr/bin").resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, "#!/bin/sh\n" + script + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  @Test
  void chronysOffsetIsPositiveWhereTheClockIsBehind() throws IOException {
    chronyc("[ \"$*\" = '-c -n tracking' ] && echo '" + SLOW + "'");

    Source clock = sampled(open());

    assertThat(Cells.of(clock.rows()))
        .containsExactly(Map.entry(
            "node",
            Map.of(
                "discipline", 1L,
                "synchronized", 1L,
                "stratum", 3L,
                "offset_ns", 6_523L,
                "frequency_ppb", -3_225L,
                "root_delay_us", 13_639L,
                "root_dispersion_us", 1_101L,
                "reference_time_s", 1_485_510_557L)));
    assertThat(clock.failures()).isEmpty();
  }

  @Test
  void chronyThatIsNotSynchronisedKnowsNoOffset() throws IOException {
    chronyc("echo '" + UNSYNCHRONISED + "'");

    Source clock = sampled(open());

    assertThat(Cells.of(clock.rows()).get("node"))
        .isEqualTo(Map.of("discipline", 1L, "synchronized", 0L, "stratum", 0L));
    assertThat(clock.failures())
        .contains(new Failure("node", "clock.offset_ns", "chrony is not synchronised"));
  }

  @Test
  void whereChronydIsSilentTheTableIsMissing() throws IOException {
    chronyc("echo '506 Cannot talk to daemon'; exit 1");

    assertThat(sampled(open()).failures())
        .isEqualTo(
            List.of(new Failure("node", "clock", "chronyc tracking: chronyd does not answer")));
  }

  @Test
  void timesyncdSaysOnlyWhetherItIsSynchronised() throws IOException {
    Files.createDirectories(root.resolve("run/systemd/timesync"));
    Source clock = sampled(open());
    assertThat(Cells.of(clock.rows()).get("node"))
        .isEqualTo(Map.of("discipline", 2L, "synchronized", 0L));

    Path touched = Files.createFile(root.resolve("run/systemd/timesync/synchronized"));
    Files.setLastModifiedTime(touched, FileTime.from(Instant.ofEpochSecond(1_778_600_944)));
    clock.sample();
    assertThat(Cells.of(clock.rows()).get("node"))
        .isEqualTo(
            Map.of("discipline", 2L, "synchronized", 1L, "reference_time_s", 1_778_600_944L));
  }

  @Test
  void timedatectlSaysMoreOfTimesyncd() throws IOException {
    Files.createDirectories(root.resolve("run/systemd/timesync"));
    Files.createFile(root.resolve("run/systemd/timesync/synchronized"));
    program("timedatectl", "cat <<'END'\n" + captured("timesync.txt") + "END");

    Source clock = sampled(open());

    assertThat(Cells.of(clock.rows()).get("node"))
        .containsEntry("stratum", 2L)
        .containsEntry("root_delay_us", 17_013L)
        .containsEntry("root_dispersion_us", 504_623L)
        .containsEntry("frequency_ppb", -16_521L)
        .doesNotContainKey("offset_ns");
  }

  @Test
  void answerThatTimesyncdIgnoredCountsForNothing() throws IOException {
    Row row = new Row(Registry.get().table("clock"), "node");

    TimesyncMessage.parse(captured("timesync.txt").replace("Ignored=no", "Ignored=yes"), row);

    assertThat(Cells.of(row)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "170us, 170",
    "4.165ms, 4165",
    "1.500200s, 1500200",
    "1min 2s 3ms, 62003000",
    "1h, 3600000000",
    "1week, ",
    "ms, ",
    "1 s, ",
  })
  void spansAreAsSystemdWritesThem(String text, @Nullable Long micros) {
    assertThat(TimesyncMessage.spanMicros(text)).isEqualTo(micros);
  }

  @Test
  void kernelsOwnStateIsReadFromEitherProgram() throws IOException {
    program("ntptime", "cat <<'END'\n" + captured("ntptime-unsync.txt") + "END\nexit 1");
    Map<String, Long> expected = Map.of(
        "synchronized", 0L,
        "status", 0x40L,
        "offset_ns", 0L,
        "frequency_ppb", 0L,
        "max_error_us", 16_000_000L,
        "estimated_error_us", 16_000_000L);

    assertThat(Cells.of(sampled(kernel()).rows()).get("node")).isEqualTo(expected);

    program(
        "adjtimex",
        "[ \"$*\" = --print ] && cat <<'END'\n" + captured("adjtimex-unsync.txt") + "END");
    assertThat(Cells.of(sampled(kernel()).rows()).get("node")).isEqualTo(expected);
  }

  @Test
  void offsetIsInNanosecondsWhereTheKernelSaysSo() {
    Row row = new Row(Registry.get().table("kernel_clock"), "node");

    assertThat(
            KernelClockSource.parse("  offset: -1500\n  frequency: -211353\n  status: 8193\n", row))
        .isTrue();
    assertThat(Cells.of(row))
        .containsEntry("offset_ns", -1500L)
        .containsEntry("frequency_ppb", -3225L)
        .containsEntry("synchronized", 1L);
    row.clear();
    assertThat(KernelClockSource.parse("  offset: -2\n  status: 1\n", row)).isTrue();
    assertThat(Cells.of(row)).containsEntry("offset_ns", -2000L);
  }

  @Test
  void withoutAProgramNobodyAsksTheKernel() throws IOException {
    assertThat(kernel().missing())
        .singleElement()
        .satisfies(
            failure -> assertThat(failure.reason()).contains("neither adjtimex nor ntptime"));
  }

  @Test
  void programThatSaysNothingIsAFailure() throws IOException {
    program("adjtimex", "echo no; exit 3");

    assertThat(sampled(kernel()).failures())
        .containsExactly(new Failure(
            "node", "kernel_clock", "adjtimex: ended with status 3 and said nothing of the clock"));
  }

  @Test
  void clockThatFollowsAMasterHasItsOffset() throws IOException {
    ptp4l("pmc-follower.txt");

    assertThat(Cells.of(sampled(ptp()).rows()).get("node"))
        .isEqualTo(Map.of(
            "port_state", 8L,
            "grandmaster_present", 1L,
            "offset_ns", -4L,
            "path_delay_ns", 2068L,
            "steps_removed_count", 1L));
  }

  @Test
  void masterFollowsNobody() throws IOException {
    ptp4l("pmc-master.txt");

    assertThat(Cells.of(sampled(ptp()).rows()).get("node"))
        .containsEntry("port_state", 6L)
        .containsEntry("grandmaster_present", 0L)
        .containsEntry("steps_removed_count", 0L);
  }

  @Test
  void portThatFollowsIsChosenOfSeveral() {
    Row row = new Row(Registry.get().table("ptp"), "node");

    PtpSource.parse("\t\tportState  MASTER\n\t\tportState  SLAVE\n\t\tportState  MASTER\n", row);

    assertThat(Cells.of(row)).containsEntry("port_state", 9L);
  }

  @Test
  void ptp4lThatIsSilentIsAFailure() throws IOException {
    program("pmc", "echo 'sending: GET TIME_STATUS_NP'");
    Files.createFile(Files.createDirectories(root.resolve("run")).resolve("ptp4l"));

    assertThat(sampled(ptp()).failures())
        .extracting(Failure::reason)
        .containsExactly("pmc: ptp4l does not answer; only root may ask it");
  }

  @Test
  void withoutPtp4lThereIsNoPtp() throws IOException {
    assertThat(ptp().missing())
        .containsExactly(new Failure("node", "ptp", "/run/ptp4l: ptp4l does not run here"));
  }

  private void ptp4l(String text) throws IOException {
    program("pmc", "cat <<'END'\n" + captured(text) + "END");
    Files.createFile(Files.createDirectories(root.resolve("run")).resolve("ptp4l"));
  }

  private Sources kernel() throws IOException {
    Opening opening = opening();
    KernelClockSource.open(opening);
    return opening.sources();
  }

  private Sources ptp() throws IOException {
    Opening opening = opening();
    PtpSource.open(opening);
    return opening.sources();
  }

  private static String captured(String name) {
    return new String(Cells.captured("clock/" + name), UTF_8);
  }

  @Test
  void whereNothingDisciplinesTheClockThatIsSaid() throws IOException {
    Sources sources = open();

    assertThat(sources.tiers()).isEmpty();
    assertThat(sources.missing()).singleElement().satisfies(failure -> {
      assertThat(failure.metric()).isEqualTo("clock");
      assertThat(failure.reason()).contains("nothing says how good the clock is");
    });
  }

  @Test
  void lineOfAnotherShapeIsNone() {
    Row row = new Row(Registry.get().table("clock"), "node");

    assertThat(ClockSource.parse(SLOW.replace("0.000006523", "soon"), row)).isFalse();
    assertThat(ClockSource.parse(SLOW + ",1", row)).isFalse();
    assertThat(ClockSource.parse("", row)).isFalse();
    assertThat(Cells.of(List.of(row)).get("node")).isNullOrEmpty();
  }
}
