package io.esnode.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.esnode.spool.TextRow;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever a log holds, reading it ends, soon, with printable rows and no exception but the declared one. */
class LogFuzzTest {
  private static final List<String> LINES = List.of(
      "type=USER_AUTH msg=audit(1781000001.250:101): pid=1 uid=0 msg='op=PAM:authentication acct=\"a\" res=success'",
      "type=AVC msg=audit(1781000003.000:105): avc:  denied  { read } for  pid=2 comm=70797468",
      "{\"timestamp\":\"2026-06-09T10:00:00Z\",\"level\":\"AUDIT\",\"actor\":\"a\",\"action\":\"b\",\"parameters\":{\"c\":[1.5]}}",
      "E0609 kuberuntime.go:1] \"Error\" pod=\"default/train-0\" podUID=\"1-2\"",
      "Failed password for invalid user bob from 10.0.0.1 port 22 ssh2",
      "bob : 3 incorrect password attempts ; TTY=pts/0 ; PWD=/home/bob ; USER=root ; COMMAND=/bin/x y");

  @FuzzTest
  void line(byte[] data) {
    check(new String(data, UTF_8));
    for (String line : LINES) {
      int cut = data.length == 0 ? 0 : (data[0] & 0xff) % line.length();
      check(line.substring(0, cut) + new String(data, UTF_8) + line.substring(cut));
    }
  }

  @FuzzTest
  void selEntry(byte[] data) {
    String text = new String(data, java.nio.charset.StandardCharsets.ISO_8859_1);
    for (String line : List.of(text, "1,11/21/26,19:56:15 UTC," + text, "f," + text + ",a,b")) {
      SelEntry entry = SelEntry.parse(line);
      if (entry != null) {
        assertThat(entry.id()).isBetween(0, 0xffff);
        assertThat(entry.sensor() + entry.event()).hasSizeLessThan(2048);
      }
    }
  }

  @FuzzTest
  void mlLog(byte[] data) {
    Collected to = new Collected();
    MlLogRows rows = new MlLogRows(to.log("mllog", "mllog", "event"), names());
    MarkedLines lines = new MarkedLines(MlLog.MARK, (content, at) -> {
      if (content != null) {
        rows.line(content);
      }
    });
    byte[] mark = "\n0: :::MLLOG {\"key\": \"a\", \"value\": ".getBytes(UTF_8);
    lines.take(data, data.length);
    lines.take(mark, mark.length);
    lines.take(data, data.length);
    lines.finish();
    rows.line(data);
    to.rows.forEach(LogFuzzTest::printable);
  }

  @FuzzTest
  void journal(byte[] data) {
    JournalExport export = new JournalExport(new ByteArrayInputStream(data));
    Collected to = new Collected();
    JournalRows rows =
        new JournalRows(to.log("journal", "journal", "journal"), names(), "0".repeat(32));
    try {
      for (JournalEntry entry = export.next(); entry != null; entry = export.next()) {
        rows.entry(entry);
      }
    } catch (IOException e) {
      assertThat(e).hasMessageStartingWith("the journal's export ");
    }
    to.rows.forEach(LogFuzzTest::printable);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"0", " ", "a=", "\"", "'", "(", "::1", "for a from ", "Namespace:", "\\x1b"})
  void longLinesAreReadInTime(String part) {
    String padding = part.repeat(FollowedFile.LINE_BYTES / 4 / part.length());

    Assertions.assertTimeout(Duration.ofSeconds(20), () -> {
      for (String line : LINES) {
        check(line + padding);
        check(padding + line);
      }
    });
  }

  private static LogNames names() {
    return new LogNames(Collected.keyed());
  }

  private static void check(String text) {
    Collected to = new Collected();
    AuditLog audit =
        new AuditLog(java.nio.file.Path.of("a"), to.log("audit_log", "auditd", "audit"), names());
    AuditJson json = new AuditJson(
        java.nio.file.Path.of("j"), to.log("audit_json", "audit.json", "audit"), names());
    for (FileLog log : List.of(audit, json)) {
      byte[] bytes = text.getBytes(UTF_8);
      log.line(bytes, bytes.length, 0);
      log.looked(true);
      log.end();
      log.rows().close(true);
    }
    to.rows.forEach(LogFuzzTest::printable);
    assertThat(names().text(text)).hasSizeLessThan(64 << 10);
  }

  private static void printable(TextRow row) {
    for (String text : row.texts().values()) {
      assertThat(text.codePoints()
              .filter(c -> Character.isISOControl(c) || Character.getType(c) == Character.FORMAT))
          .isEmpty();
    }
  }
}
