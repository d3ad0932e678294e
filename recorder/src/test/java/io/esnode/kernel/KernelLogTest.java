package io.esnode.kernel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.esnode.source.Clock;
import io.esnode.source.Moment;
import io.esnode.spool.TextRow;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KernelLogTest {
  /** The machine is up for 100 s when the recording starts. */
  private static final Moment START = new Moment(1_700_000_000_000_000L, 100_000_000_000L, 0);

  private static final Clock STOPPED = () -> START;

  @TempDir
  Path root;

  private final BlockingQueue<TextRow> rows = new LinkedBlockingQueue<>();

  @BeforeEach
  void dev() throws IOException {
    Files.createDirectories(root.resolve("dev"));
  }

  private KernelLog start(Clock clock) {
    return KernelLog.start(
        root,
        clock,
        START,
        () -> new KernelRows(Pseudonyms.clear(), new GpuAddresses()),
        (row, mono) -> rows.add(row));
  }

  private List<TextRow> read(String log) throws Exception {
    Files.writeString(root.resolve("dev/kmsg"), log);
    return readToEnd();
  }

  private List<TextRow> readToEnd() throws Exception {
    try (KernelLog log = start(STOPPED)) {
      log.thread().join();
    }
    return List.copyOf(rows);
  }

  private static Stream<TextRow> of(List<TextRow> rows, String table) {
    return rows.stream().filter(row -> row.table().equals(table));
  }

  @Test
  void recordHasItsOwnTimeOnTheWallClock() throws Exception {
    List<TextRow> found = read("4,1003,90500131,-;NVRM: Xid (PCI:0000:0f:00): 48, x\n");

    assertThat(of(found, "event")).singleElement().satisfies(row -> {
      assertThat(row.tsMicros()).isEqualTo(START.tsMicros() - 9_499_869);
      assertThat(row.origin()).isEqualTo("pre_record");
      assertThat(row.numbers()).containsEntry("log_sequence", 1003L);
    });
  }

  @Test
  void continuationLinesBelongToTheirRecord() throws Exception {
    List<TextRow> found = read("""
        4,1009,92990551,-;AER: Corrected error received: 0000:0f:00.0
         SUBSYSTEM=pci
         DEVICE=+pci:0000:0e:00.0
        4,1010,93000210,-;NVRM: Xid (PCI:0000:0f:00): 79, GPU has fallen off the bus.
        """);

    assertThat(of(found, "event"))
        .extracting(row -> row.texts().get("event_class"))
        .containsExactly("aer", "xid");
    assertThat(of(found, "event").findFirst().orElseThrow().texts())
        .containsEntry("reporter_pci_address", "0000:0e:00");
  }

  @Test
  void missingNumbersAreAGap() throws Exception {
    List<TextRow> found = read("6,10,1000000,-;a\n6,15,2000000,-;b\n");

    assertThat(of(found, "gap")).singleElement().satisfies(row -> {
      assertThat(row.texts())
          .containsEntry("metric", "event")
          .containsEntry(
              "reason", "4 records of the kernel log were overwritten before they were read");
      assertThat(row.numbers())
          .containsEntry("code", 32L)
          .containsEntry("from_ts", START.tsMicros() - 99_000_000)
          .containsEntry("to_ts", START.tsMicros() - 98_000_000);
    });
  }

  /** Lines of kernel/audit.c as Linux 6.8 writes them. */
  @Test
  void auditRecordsTheKernelLostAreAGapOfTheAuditTable() throws Exception {
    List<TextRow> found = read("""
        4,10,90000000,-;audit: audit_backlog=65 > audit_backlog_limit=64
        4,11,90000001,-;audit: audit_lost=13 audit_rate_limit=0 audit_backlog_limit=64
        3,12,90000002,-;audit: backlog limit exceeded
        12,13,90000003,-;audit: audit_lost=99 audit_rate_limit=0 audit_backlog_limit=64
        """);

    assertThat(of(found, "event"))
        .extracting(row -> row.texts().get("event_class") + " " + row.texts().get("reason"))
        .containsExactly(
            "audit_lost backlog",
            "audit_lost lost",
            "audit_lost backlog limit",
            "user_written audit_lost");
    assertThat(of(found, "gap"))
        .singleElement()
        .satisfies(row -> assertThat(row.texts())
            .containsEntry("metric", "audit")
            .containsEntry("reason", "the kernel has lost 13 audit records since the boot"));
  }

  @Test
  void recordsOfNoClassAreCounted() throws Exception {
    List<TextRow> found = read(
        "6,10,1000000,-;a\nno record\n6,11,2000000,-;NVRM: Xid (PCI:0000:0f:00): 31, x\n6,12,2000001,-;b\n");

    assertThat(of(found, "audit"))
        .singleElement()
        .satisfies(
            row -> assertThat(row.texts())
                .containsEntry("action", "kernel_log.read")
                .containsEntry("outcome", "success")
                .containsEntry(
                    "detail",
                    "/dev/kmsg: 4 records, number 10 to 12; 1 recorded, 2 of no class, 1 unreadable; xid 1"));
  }

  @Test
  void emptyLogIsReadAndSaysSo() throws Exception {
    assertThat(of(read(""), "audit"))
        .singleElement()
        .satisfies(row -> assertThat(row.texts())
            .containsEntry("detail", "/dev/kmsg: 0 records; 0 recorded, 0 of no class"));
  }

  @Test
  void missingLogIsAGapThatNamesTheRemedy() throws Exception {
    List<TextRow> found = readToEnd();

    assertThat(of(found, "gap"))
        .singleElement()
        .satisfies(
            row -> assertThat(row.texts())
                .containsEntry("metric", "event")
                .containsEntry(
                    "reason",
                    "/dev/kmsg does not exist here; in a container: docker run --device /dev/kmsg --cap-add SYSLOG ..."));
    assertThat(of(found, "audit"))
        .singleElement()
        .satisfies(row -> assertThat(row.texts()).containsEntry("outcome", "failure"));
  }

  @Test
  void refusalNamesTheSettingThatRefuses() throws Exception {
    Files.createDirectories(root.resolve("proc/sys/kernel"));
    Files.writeString(root.resolve("proc/sys/kernel/dmesg_restrict"), "1\n");
    // Opening a directory fails for root, too.
    Files.createDirectory(root.resolve("dev/kmsg"));

    assertThat(of(readToEnd(), "gap"))
        .singleElement()
        .satisfies(row -> assertThat(row.texts().get("reason"))
            .startsWith("/dev/kmsg ")
            .endsWith("; run as root or with CAP_SYSLOG, or: sysctl kernel.dmesg_restrict=0"));
  }

  @Test
  void linkToNothingIsNotASilentKernel() throws Exception {
    Files.createSymbolicLink(root.resolve("dev/kmsg"), Path.of("/dev/null"));

    assertThat(of(readToEnd(), "gap"))
        .singleElement()
        .satisfies(row ->
            assertThat(row.texts().get("reason")).contains("no kernel log stands behind it"));
  }

  @Test
  void recordThatComesLaterIsLive() throws Exception {
    Process fifo = new ProcessBuilder("mkfifo", root.resolve("dev/kmsg").toString()).start();
    assumeThat(fifo.waitFor()).as("mkfifo").isZero();
    Moment later = new Moment(START.tsMicros() + 5_000_000, START.monoNanos() + 5_000_000_000L, 0);

    KernelLog log = start(() -> later);
    try (OutputStream kernel = Files.newOutputStream(root.resolve("dev/kmsg"))) {
      kernel.write("4,7,104000000,-;NVRM: Xid (PCI:0000:0f:00): 79, x\n".getBytes(UTF_8));
      kernel.flush();

      TextRow row = rows.poll(20, TimeUnit.SECONDS);
      assertThat(row).isNotNull();
      assertThat(row.origin()).isEqualTo("live");
      assertThat(row.tsMicros()).isEqualTo(START.tsMicros() + 4_000_000);
    }
    log.close();
    assertThat(rows.poll(20, TimeUnit.SECONDS))
        .isNotNull()
        .satisfies(row -> assertThat(row.texts().get("detail"))
            .as("the clock of this test stands still: the last read is never an old one")
            .contains("the recording ended before the log had been read to its end"));
  }

  /** What lies before the start is history; what a process wrote into the log is not the kernel's word. */
  @Test
  void onlyTheKernelsOwnRecordsSinceTheStartAreWatched() throws Exception {
    Files.writeString(root.resolve("dev/kmsg"), """
        4,1,99000000,-;before the start
        12,2,100000000,-;from user space
        4,3,100000000,-;NVRM: Xid (PCI:0000:0f:00): 79, x
        6,4,100000000,-;a line of no class
        """);
    List<String> seen = new ArrayList<>();
    try (KernelLog log = KernelLog.start(
        root,
        STOPPED,
        START,
        () -> new KernelRows(Pseudonyms.clear(), new GpuAddresses()),
        (row, mono) -> rows.add(row),
        (record, entity, text, ts, mono) -> seen.add(entity + " " + text.get()))) {
      log.thread().join();
    }

    assertThat(seen)
        .containsExactly(
            "gpu:pci:0000:0f:00 NVRM: Xid (PCI:0000:0f:00): 79, x", "node a line of no class");
  }

  @Test
  void nothingIsSaidAfterTheLastWord() throws Exception {
    Files.writeString(root.resolve("dev/kmsg"), "");
    KernelLog log = start(STOPPED);

    log.thread().join();
    log.close();
    log.close();

    assertThat(rows).hasSize(1);
  }
}
