package io.esnode.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.esnode.metric.Registry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
    Files.createDirectories(root.resolve("proc"));
    Opening opening = new Opening(root.resolve("proc"), root.resolve("sys"), ProcessWatch.NOBODY);
    ClockSource.open(opening);
    return opening.sources();
  }

  private static Source sampled(Sources sources) {
    assertThat(sources.tiers()).hasSize(1);
    Source source = sources.tiers().get(0).sources().get(0);
    source.sample();
    return source;
  }

  private void chronyc(String script) throws IOException {
    Path file = root.resolve("usr/bin/chronyc");
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
                "root_dispersion_us", 1_101L)));
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

    Files.createFile(root.resolve("run/systemd/timesync/synchronized"));
    clock.sample();
    assertThat(Cells.of(clock.rows()).get("node"))
        .isEqualTo(Map.of("discipline", 2L, "synchronized", 1L));
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
