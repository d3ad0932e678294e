package io.esnode.log;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.esnode.dataset.DataSet;
import io.esnode.kernel.Pseudonyms;
import io.esnode.source.Moment;
import io.esnode.spool.TextRow;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class AuditLogTest {
  /** Up for twenty years: the records of the data set are that old. */
  private static final Moment LONG_UP =
      new Moment(Collected.NOW.tsMicros(), 630_000_000_000_000_000L, 0);

  private final Collected to = new Collected();
  private final LogRows rows = to.log("audit_log", AuditLog.SOURCE, "audit");
  private final AuditLog log =
      new AuditLog(Path.of("/var/log/audit/audit.log"), rows, new LogNames(Collected.keyed()));

  private void read(Stream<String> lines) {
    lines.map(line -> line.getBytes(ISO_8859_1)).forEach(line -> log.line(line, line.length, 7));
    log.looked(true);
    log.end();
    rows.close(true);
  }

  private void read(String... lines) {
    read(Stream.of(lines));
  }

  private List<TextRow> captured() throws Exception {
    read(new String(Collected.resource("audit.log"), ISO_8859_1).lines());
    return to.of("audit");
  }

  private TextRow serial(long serial) throws Exception {
    return captured().stream()
        .filter(row -> Long.valueOf(serial).equals(row.numbers().get("serial")))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void recordsOfOneEventAreOneRow() throws Exception {
    assertThat(captured())
        .extracting(row -> row.texts().get("action"))
        .containsExactly(
            "DAEMON_START start",
            "USER_AUTH PAM:authentication",
            "USER_CMD",
            "SYSCALL execve",
            "LOGIN",
            "AVC",
            "SERVICE_STOP",
            "CONFIG_CHANGE set",
            "audit_log.read");
  }

  @Test
  void loginTellsWhetherItSucceededAndNotWho() throws Exception {
    TextRow row = serial(101);

    String alice = Collected.keyed().name("account", "alice");
    assertThat(row.tsMicros()).isEqualTo(1_781_000_001_250_000L);
    assertThat(row.origin()).isEqualTo("pre_record");
    assertThat(row.source()).isEqualTo("auditd");
    assertThat(row.texts())
        .containsEntry("outcome", "success")
        .containsEntry("record_type", "USER_AUTH")
        .containsEntry("account", alice);
    assertThat(row.texts().get("detail"))
        .startsWith("exe=/usr/sbin/sshd pid=2101 uid=a-")
        .contains("auid=unset acct=" + alice, "terminal=ssh hostname=a-", " addr=a-");
  }

  @Test
  void commandLinesKeystrokesAndDirectoriesStayOut() throws Exception {
    captured();

    assertThat(to.everything())
        .doesNotContain(
            "alice", "secret", "example.org", "10.20.30.40", "-pl", "7365637265", "5343637");
    assertThat(serial(103).texts().get("detail"))
        .contains("exe=/usr/bin/nvidia-smi comm=nvidia-smi")
        .contains("path=/usr/bin/nvidia-smi");
  }

  @Test
  void denialIsAFailureAndHexIsRead() throws Exception {
    TextRow row = serial(105);

    assertThat(row.texts()).containsEntry("outcome", "failure");
    assertThat(row.texts().get("detail"))
        .contains("avc=denied perms=read write")
        .contains("exe=/home/a-")
        .contains("/my pyth");
  }

  @Test
  void missingSerialNumbersAreAGap() throws Exception {
    captured();

    assertThat(to.of("gap"))
        .filteredOn(row -> String.valueOf(row.texts().get("reason")).contains("serial"))
        .singleElement()
        .satisfies(row -> {
          assertThat(row.texts())
              .containsEntry("metric", "audit")
              .containsEntry(
                  "reason", "2 audit events are not in the log: serial number 106 to 107");
          assertThat(row.numbers())
              .containsEntry("from_ts", 1_781_000_003_000_000L)
              .containsEntry("to_ts", 1_781_000_010_100_000L);
        });
  }

  @Test
  void auditingThatIsSwitchedOffIsAGapWithoutEnd() throws Exception {
    captured();

    assertThat(to.gaps()).contains("auditing was switched off");
  }

  @Test
  void lossesTheKernelReportsAreGaps() {
    read(
        "audit: audit_lost=13 audit_rate_limit=0 audit_backlog_limit=64",
        "audit: backlog limit exceeded",
        "type=DAEMON_ABORT msg=audit(1781000000.100:4711): op=terminate auid=0 pid=1 res=failed");

    assertThat(to.gaps())
        .containsExactly(
            "the kernel lost audit records: audit: audit_lost=13 audit_rate_limit=0 audit_backlog_limit=64",
            "the kernel lost audit records: audit: backlog limit exceeded",
            "auditd ended (DAEMON_ABORT)");
  }

  @Test
  void programCannotClaimAnActionOfTheRecorder() {
    read(
        "type=USER_AVC msg=audit(1781000001.250:1): pid=1 uid=0 msg='op=recorder.stopped res=success'");

    assertThat(to.texts("audit", "action"))
        .containsExactly("USER_AVC recorder.stopped", "audit_log.read");
  }

  @Test
  void namesThatStandBeforeANumberAreReadOfOldKernels() {
    read(
        "type=LOGIN msg=audit(1780999000.343:296): login pid=13015 uid=0 old auid=4294967295 new auid=0");

    assertThat(to.texts("audit", "detail").get(0))
        .contains("old-auid=unset new-auid=" + Collected.keyed().name("account", "0"));
  }

  @Test
  void linesThatAreNoRecordsAreCountedWithTheFirstOnesPlace() {
    read("nonsense", "type=USER_AUTH msg=audit(1781000001.2", "\u001b[31m\u202e");

    assertThat(to.gaps())
        .containsExactly(
            "/var/log/audit/audit.log: 3 lines are no audit records, the first at byte 7");
    assertThat(to.texts("audit", "detail")).containsExactly("3 records; 0 recorded, 3 unreadable");
  }

  @Test
  void stormOfOneKindDoesNotHideAnother() {
    Stream<String> storm = Stream.iterate(1, n -> n + 1)
        .limit(500)
        .map("type=SERVICE_START msg=audit(1781000001.250:%d): pid=1 res=1"::formatted);

    read(Stream.concat(
        storm, Stream.of("type=USER_LOGIN msg=audit(1781000001.251:501): pid=1 res=failed")));

    assertThat(to.of("audit")).hasSize(RowRate.ROWS + 2);
    assertThat(to.gaps())
        .containsExactly("Suppressed 480 records of SERVICE_START: more than 20 in 10 s");
  }

  @Test
  void clearNamesAreClearAndCommandLinesStillNotThere() throws Exception {
    AuditLog clear = new AuditLog(Path.of("a"), rows, new LogNames(Pseudonyms.clear()));
    for (String line :
        new String(Collected.resource("audit.log"), ISO_8859_1).lines().toList()) {
      byte[] bytes = line.getBytes(ISO_8859_1);
      clear.line(bytes, bytes.length, 0);
    }
    clear.looked(true);

    assertThat(to.everything()).contains("acct=alice").doesNotContain("secret");
  }

  /** Real records of go-libaudit's test data, where they are on this machine. */
  @Test
  void recordsOfManyKernelsAreRead() throws Exception {
    List<String> records = DataSet.files("linux_audit_logs/open").stream()
        .filter(file -> file.toString().endsWith(".log") || file.toString().endsWith(".yaml"))
        .flatMap(file -> text(file).lines())
        .map(String::strip)
        .filter(line -> line.startsWith("type="))
        .toList();
    assertThat(records).hasSizeGreaterThan(100).allSatisfy(line -> {
      byte[] bytes = line.getBytes(UTF_8);
      assertThat(AuditRecord.parse(bytes, bytes.length)).as(line).isPresent();
    });
    LogRows longUp = to.log(() -> LONG_UP, "audit_log", AuditLog.SOURCE, "audit");
    AuditLog old = new AuditLog(Path.of("a"), longUp, new LogNames(Collected.keyed()));
    for (String line : records) {
      byte[] bytes = line.getBytes(UTF_8);
      old.line(bytes, bytes.length, 0);
    }
    old.looked(true);
    assertThat(to.of("audit")).hasSizeGreaterThan(50);
    assertThat(to.everything())
        .doesNotContain("andrew_kroh", "185.56.82.22", "72.83.230.100", "--color=auto", "inspect");
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void outOfOrderAndLostSequencesOfTheDataSetAreTold() throws Exception {
    Path lost = DataSet.of("linux_audit_logs/open/testdata__lost_messages.log");

    read(Files.readString(lost).lines());

    assertThat(to.gaps())
        .anyMatch(
            reason -> reason.equals("9 audit events are not in the log: serial number 50 to 58"));
  }

  @Test
  void fieldsAreReadAsAuditdWritesThem() {
    byte[] line =
        "node=n1 type=USER_START msg=audit(1170021601.344:297): user pid=13015 uid=0 msg='PAM: session open acct=root : exe=\"/usr/sbin/crond\" (hostname=?, addr=?, terminal=cron res=success)'"
            .getBytes(UTF_8);

    assertThat(AuditRecord.parse(line, line.length).orElseThrow().fields())
        .isEqualTo(Map.of(
            "pid",
            "13015",
            "uid",
            "0",
            "acct",
            "root",
            "exe",
            "/usr/sbin/crond",
            "hostname",
            "?",
            "addr",
            "?",
            "terminal",
            "cron",
            "res",
            "success"));
  }
}
