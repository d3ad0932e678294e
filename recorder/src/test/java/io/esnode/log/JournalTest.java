package io.esnode.log;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.esnode.kernel.Pseudonyms;
import io.esnode.source.Clock;
import io.esnode.source.Moment;
import io.esnode.spool.TextRow;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalTest {
  private static final String BOOT = "f9e757f8f5ff4e3b98103df04b577194";

  /** A minute after the captured entries; they are at 26180 s of that boot. */
  private static final Moment NOW = new Moment(1_795_282_354_000_000L, 26_239_000_000_000L, 0);

  @TempDir
  Path root;

  private final Collected to = new Collected();
  private final List<Long> children = new CopyOnWriteArrayList<>();

  private static List<JournalEntry> entries(byte[] export) throws IOException {
    JournalExport in = new JournalExport(new ByteArrayInputStream(export));
    List<JournalEntry> entries = new ArrayList<>();
    for (JournalEntry entry = in.next(); entry != null; entry = in.next()) {
      entries.add(entry);
    }
    return entries;
  }

  private static String entry(int number, String fields) {
    return "__CURSOR=s=1;i=%x\n__REALTIME_TIMESTAMP=%d\n__MONOTONIC_TIMESTAMP=%d\n_BOOT_ID=%s\n_TRANSPORT=journal\n%s\n\n"
        .formatted(number, 1_795_282_294_000_000L + number, 26_179_000_000L + number, BOOT, fields);
  }

  private JournalRows rows(String boot) {
    return new JournalRows(
        to.log(() -> NOW, "journal", "journal", "journal"), new LogNames(Collected.keyed()), boot);
  }

  private void read(String export) throws IOException {
    JournalRows rows = rows(BOOT);
    entries(export.getBytes(UTF_8)).forEach(rows::entry);
  }

  @Test
  void exportOfJournaldIsRead() throws Exception {
    assertThat(entries(Collected.resource("journal.export")))
        .extracting(entry -> entry.field("MESSAGE"))
        .containsExactly(
            "a warning of a made-up daemon",
            "containerd failed for pod",
            "a\\x09b\\x1b[31mred",
            "two\\x0alines");
  }

  @Test
  void entryHasItsOwnTimes() throws Exception {
    JournalRows rows = rows(BOOT);
    entries(Collected.resource("journal.export")).forEach(rows::entry);

    assertThat(to.of("event").get(0)).satisfies(row -> {
      assertThat(row.tsMicros()).isEqualTo(1_795_282_294_618_934L);
      assertThat(row.source()).isEqualTo("journal");
      assertThat(row.texts())
          .containsEntry("event_class", "journal")
          .containsEntry("reason", "nvidia-persistenced")
          .containsEntry("text", "a warning of a made-up daemon");
      assertThat(row.numbers()).containsEntry("log_priority", 4L).doesNotContainKey("code");
    });
    assertThat(to.monos.get(0)).isEqualTo(26_179_994_128_000L);
  }

  @Test
  void monotonicTimeOfAnotherBootIsNotTaken() throws Exception {
    JournalRows rows = rows("0".repeat(32));
    entries(Collected.resource("journal.export")).forEach(rows::entry);

    assertThat(to.monos.get(0))
        .isEqualTo(NOW.monoNanos() - (NOW.tsMicros() - 1_795_282_294_618_934L) * 1_000);
  }

  @Test
  void warningsUnitsOfInterestAndFailuresAreTaken() throws Exception {
    read(entry(1, "PRIORITY=4\n_SYSTEMD_UNIT=cron.service\nMESSAGE=w")
        + entry(2, "PRIORITY=6\n_SYSTEMD_UNIT=cron.service\nMESSAGE=i")
        + entry(3, "PRIORITY=6\n_SYSTEMD_UNIT=nvidia-fabricmanager.service\nMESSAGE=f")
        + entry(
            4,
            "PRIORITY=6\n_SYSTEMD_UNIT=init.scope\n_PID=1\nUNIT=a.service\nMESSAGE_ID=5eb03494b6584870a536b337290809b3\nMESSAGE=restart")
        + entry(
            5,
            "PRIORITY=6\n_PID=77\nUNIT=a.service\nMESSAGE_ID=5eb03494b6584870a536b337290809b3\nMESSAGE=says so")
        + entry(6, "PRIORITY=2\nMESSAGE=k").replace("_TRANSPORT=journal", "_TRANSPORT=kernel")
        + entry(7, "PRIORITY=2\nMESSAGE=a").replace("_TRANSPORT=journal", "_TRANSPORT=audit"));

    assertThat(to.texts("event", "text")).containsExactly("w", "f", "restart");
    assertThat(to.texts("event", "unit"))
        .containsExactly("cron.service", "nvidia-fabricmanager.service", "a.service");
  }

  @Test
  void stormOfOneUnitIsCounted() throws Exception {
    StringBuilder storm = new StringBuilder();
    for (int i = 0; i < 100; i++) {
      storm.append(entry(i, "PRIORITY=3\n_SYSTEMD_UNIT=loud.service\nMESSAGE=x"));
    }
    read(storm
        + entry(101, "PRIORITY=3\n_SYSTEMD_UNIT=quiet.service\nMESSAGE=y")
        + entry(11_000_000, "PRIORITY=3\n_SYSTEMD_UNIT=quiet.service\nMESSAGE=z"));

    assertThat(to.of("event")).hasSize(RowRate.ROWS + 2);
    assertThat(to.gaps())
        .containsExactly("Suppressed 80 records of loud.service: more than 20 in 10 s");
  }

  @Test
  void lengthThatIsHugeOrWrongIsRefused() {
    byte[] negative =
        "MESSAGE\n\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ffx\n\n".getBytes(ISO_8859_1);
    byte[] torn = "MESSAGE\n\u0009\0\0\0\0\0\0\0two".getBytes(ISO_8859_1);
    byte[] wrong = "MESSAGE\n\u0002\0\0\0\0\0\0\0two\n\n".getBytes(ISO_8859_1);

    for (byte[] bytes : List.of(negative, torn, wrong)) {
      assertThatThrownBy(() -> entries(bytes))
          .isInstanceOf(IOException.class)
          .hasMessageStartingWith("the journal's export ");
    }
  }

  @Test
  void valueBeyondTheBoundIsCutAndTheNextFieldRead() throws Exception {
    String big = "x".repeat(JournalExport.VALUE_BYTES + 5);

    assertThat(entries(("MESSAGE=" + big + "\nPRIORITY=3\n\n").getBytes(UTF_8)))
        .singleElement()
        .satisfies(entry -> {
          assertThat(entry.field("MESSAGE")).hasSize(JournalExport.VALUE_BYTES);
          assertThat(entry.priority()).isEqualTo(3);
        });
  }

  private String script(String body) throws IOException {
    Path script = root.resolve("journalctl");
    Files.writeString(script, "#!/bin/sh\necho \"$@\" >> %s\n%s\n".formatted(calls(), body));
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
    return script.toString();
  }

  private Path calls() {
    return root.resolve("calls");
  }

  private void journalFile() throws IOException {
    Files.createDirectories(root.resolve("var/log/journal/m"));
    Files.createFile(root.resolve("var/log/journal/m/system.journal"));
    Files.createDirectories(root.resolve("proc/sys/kernel/random"));
    Files.writeString(root.resolve("proc/sys/kernel/random/boot_id"), BOOT + "\n");
  }

  private Logs start(@Nullable String program) {
    Clock clock = () -> NOW;
    return Logs.start(
        root,
        clock,
        NOW,
        new Logs.Choice(program, List.of(), false),
        Pseudonyms::clear,
        to,
        children::add);
  }

  private static void await(BooleanSupplier done) throws InterruptedException {
    long until = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!done.getAsBoolean() && System.nanoTime() < until) {
      Thread.sleep(5);
    }
    assertThat(done.getAsBoolean()).isTrue();
  }

  @Test
  void childThatEndsIsStartedAgainAfterTheLastEntry() throws Exception {
    journalFile();
    Files.writeString(root.resolve("1"), entry(1, "PRIORITY=3\nMESSAGE=one"));
    Files.writeString(
        root.resolve("2"),
        entry(1, "PRIORITY=3\nMESSAGE=one") + entry(2, "PRIORITY=3\nMESSAGE=two"));
    String program = script(
        "case \"$*\" in *after-cursor*) cat %1$s/2; exec sleep 30;; *) cat %1$s/1; exit 1;; esac"
            .formatted(root));

    Logs logs = start(program);
    await(() -> to.of("event").size() >= 2);
    long closing = System.nanoTime();
    logs.close();

    assertThat(Duration.ofNanos(System.nanoTime() - closing)).isLessThan(Duration.ofMillis(900));
    assertThat(to.texts("event", "text")).containsExactly("one", "two");
    assertThat(Files.readAllLines(calls()))
        .hasSize(2)
        .first()
        .asString()
        .contains("--since=@1795281454", "--boot", "--output-fields=");
    assertThat(Files.readAllLines(calls()).get(1)).contains("--after-cursor=s=1;i=1");
    assertThat(audit("journal.read").texts())
        .containsEntry("outcome", "success")
        .containsEntry("detail", "2 records; 2 recorded");
    assertThat(children.subList(0, 3))
        .satisfiesExactly(
            first -> assertThat(first).isPositive(),
            ended -> assertThat(ended).isZero(),
            second -> assertThat(second).isPositive().isNotEqualTo(children.get(0)));
  }

  @Test
  void childThatOnlyFailsIsAGapWithItsWords() throws Exception {
    journalFile();

    Logs logs = start(script("echo 'unrecognized option --output-fields' >&2; exit 1"));
    await(() -> to.gaps().stream().anyMatch(reason -> reason.startsWith("journalctl")));
    logs.close();

    assertThat(to.gaps())
        .contains("journalctl ended with status 1: unrecognized option --output-fields");
    assertThat(audit("journal.read").texts()).containsEntry("outcome", "failure");
  }

  @Test
  void missingJournalctlIsAGapThatSaysWhatToDo() throws Exception {
    journalFile();

    Logs logs = start(root.resolve("nothing").toString());
    await(() -> to.gaps().stream().anyMatch(reason -> reason.contains("cannot be started")));
    logs.close();

    assertThat(audit("journal.read").texts()).containsEntry("outcome", "failure");
  }

  @Test
  void machineWithoutAJournalStartsNoProcess() throws Exception {
    Logs logs = start(script("exit 0"));
    await(() -> to.gaps().stream().anyMatch(reason -> reason.startsWith("no journal here")));
    logs.close();

    assertThat(calls()).doesNotExist();
  }

  @Test
  void journalThatIsNotWantedLeavesNoRow() throws Exception {
    start(null).close();

    assertThat(to.of("audit"))
        .extracting(row -> row.texts().get("action"))
        .containsExactly("audit_log.read");
  }

  private TextRow audit(String action) {
    return to.of("audit").stream()
        .filter(row -> action.equals(row.texts().get("action")))
        .findFirst()
        .orElseThrow();
  }
}
