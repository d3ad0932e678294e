package io.esnode.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.esnode.spool.TextRow;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BmcLogTest {
  private final Collected to = new Collected();

  @TempDir
  private Path root;

  @BeforeEach
  void board() throws IOException {
    Files.createDirectories(root.resolve("dev"));
    Files.createFile(root.resolve("dev/ipmi0"));
  }

  private static String captured() throws IOException {
    try (InputStream text = BmcLogTest.class.getResourceAsStream("sel-list.csv")) {
      assertThat(text).isNotNull();
      return new String(text.readAllBytes(), UTF_8);
    }
  }

  private void ipmitool(String script) throws IOException {
    Path file = root.resolve("usr/bin/ipmitool");
    Files.createDirectories(file.getParent());
    Files.writeString(file, "#!/bin/sh\n" + script + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private void says(String text) throws IOException {
    Files.writeString(root.resolve("said"), text);
    ipmitool("[ \"$*\" = '-c sel list' ] && [ \"$TZ$LC_ALL\" = UTCC ] && cat '"
        + root.resolve("said") + "'");
  }

  private BmcLog log() {
    return new BmcLog(root, () -> Collected.NOW, Collected.NOW, to);
  }

  private List<TextRow> entries() {
    return to.of("event");
  }

  @Test
  void entriesAreRows() throws IOException {
    says(captured());

    log().read();

    assertThat(entries())
        .hasSize(10)
        .allSatisfy(row -> assertThat(row.texts())
            .containsEntry("event_class", "bmc")
            .containsEntry("severity", "Asserted"));
    assertThat(entries().get(7).texts())
        .containsEntry("reason", "Fan #0x30")
        .containsEntry("value", "Lower Critical going low")
        .containsEntry(
            "text",
            "8,11/21/26,19:56:15 UTC,Fan #0x30,Lower Critical going low ,Asserted [ts is the BMC's clock, taken for UTC]");
    assertThat(entries().get(9).numbers()).containsEntry("code", 10L);
    assertThat(entries().get(9).tsMicros()).isEqualTo(1_795_290_975_000_000L);
    assertThat(to.gaps()).isEmpty();
  }

  @Test
  void entryFromBeforeItsClockWasSetHasTheTimeOfReading() throws IOException {
    says(captured());

    log().read();

    assertThat(entries().get(0).tsMicros()).isEqualTo(Collected.NOW.tsMicros());
    assertThat(entries().get(0).origin()).isEqualTo("pre_record");
    assertThat(entries().get(0).texts().get("text"))
        .endsWith("[no time of the BMC's own; ts is that of reading]");
  }

  @Test
  void onlyNewEntriesComeAgain() throws IOException {
    String old = "1,06/09/2025,10:00:00,Fan #0x30,Lower Critical going low,Deasserted\n";
    says(old);
    BmcLog log = log();
    log.read();
    assertThat(entries()).extracting(TextRow::origin).containsExactly("pre_record");

    says(old + "2,06/09/2025,10:00:01,Fan #0x30,Lower Critical going low,Asserted\n");
    log.read();

    assertThat(entries()).extracting(TextRow::origin).containsExactly("pre_record", "live");
  }

  @Test
  void otherRecordsAreRowsToo() throws IOException {
    says("""
        b,11/21/26,19:56:15 UTC,OEM record c1,000137,5a0100020000
        c,,,OEM record e0,0102030405060708090a0b0c0d
        d,,,Linux kernel panic: Fatal excep
        e,11/21/26,19:56:15 UTC,Temperature #0x30,Upper Critical going high,Asserted,Reading 97 > Threshold 95 degrees C
        """);

    log().read();

    assertThat(entries())
        .extracting(row -> row.texts().get("reason") + " | " + row.texts().get("value"))
        .containsExactly(
            "OEM record c1 | 000137, 5a0100020000",
            "OEM record e0 | 0102030405060708090a0b0c0d",
            "Linux kernel panic: Fatal excep | null",
            "Temperature #0x30 | Upper Critical going high, Reading 97 > Threshold 95 degrees C");
  }

  @Test
  void boardWithoutABmcAndMissingProgramSayWhatToDo() throws IOException {
    BmcLog log = log();
    log.read();
    Files.delete(root.resolve("dev/ipmi0"));
    log.read();

    assertThat(to.gaps())
        .contains("ipmitool is not here; apt-get install ipmitool, or dnf install ipmitool")
        .anyMatch(reason -> reason.startsWith("/dev/ipmi0 does not exist here; "));
  }

  @Test
  void programThatFailsIsAGapWithItsWordsAndEndsWhenItWorks() throws IOException {
    ipmitool("echo 'Could not open device at /dev/ipmi0: Permission denied' >&2; exit 1");
    BmcLog log = log();
    log.read();
    says("");
    log.read();

    assertThat(to.of("gap"))
        .extracting(row -> row.texts().get("reason") + " " + row.numbers().containsKey("to_ts"))
        .containsExactly(
            "ipmitool ended with status 1: Could not open device at /dev/ipmi0: Permission denied false",
            "ipmitool ended with status 1: Could not open device at /dev/ipmi0: Permission denied true");
  }

  @Test
  void emptyLogIsNoFailure() throws IOException {
    ipmitool("echo 'SEL has no entries' >&2; exit 1");

    log().read();

    assertThat(to.gaps()).isEmpty();
  }

  @Test
  void endOfTheRecordingDoesNotWaitForAProgramThatHangs() throws IOException {
    ipmitool("sleep 5");
    long before = System.nanoTime();
    BmcLog log = BmcLog.start(root, () -> Collected.NOW, Collected.NOW, to);
    log.close();

    assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - before)).isLessThan(3000);
    assertThat(to.texts("audit", "action")).containsExactly("bmc_log.read");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "SEL has no entries",
        "Err in cmd get sensor sdr info",
        "zz,11/21/26,19:56:15 UTC,a,b,Asserted",
        "1,2,3",
      })
  void otherLinesAreNoEntries(String line) {
    assertThat(SelEntry.parse(line)).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1,13/21/26,19:56:15,a,b",
        "1,02/30/2026,19:56:15,a,b",
        "1,11/21/26,24:56:15,a,b",
        "1,S+ 09:40:03,,a,b",
        "1,11/21/26,14:56:15 EST,a,b",
      })
  void timeThatIsNoneIsNotGuessed(String line) {
    assertThat(Objects.requireNonNull(SelEntry.parse(line)).tsMicros()).isNull();
  }
}
