package io.esnode.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.esnode.bundle.BundleFile;
import io.esnode.bundle.Manifest;
import io.esnode.bundle.NvmlSession;
import io.esnode.spool.LaneName;
import io.esnode.spool.SpoolDirectory;
import io.esnode.spool.SpoolReader;
import io.esnode.spool.SpoolVisitor;
import io.esnode.spool.TextRow;
import io.esnode.spool.Tick;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Records this host for real; on a system without {@code /proc} the class is skipped. */
class RecordCommandTest {
  @TempDir
  Path dir;

  private Esnode esnode;

  @BeforeEach
  void linux() throws IOException {
    assumeThat(Path.of("/proc/self/stat")).as("the kernel's /proc").exists();
    esnode = new Esnode(dir);
    Files.createDirectory(esnode.home());
  }

  @Test
  void recordingIsSealedSignedAndVerifies() throws Exception {
    Esnode.Answer recorded =
        esnode.run("record", "--duration", "1s", "--interval", "100ms", "--out", "t.parquet");
    Esnode.Answer verified = esnode.run("verify", "t.parquet");

    assertThat(recorded.exit()).as(recorded.err()).isZero();
    assertThat(recorded.out()).isEmpty();
    assertThat(recorded.err())
        .contains("made this node's signing key")
        .containsPattern("sealed t.parquet: \\d+ of 11 ticks");
    assertThat(verified.exit()).as(verified.err()).isZero();
    assertThat(verified.out()).startsWith("TRUSTED SIGNER: t.parquet");
    assertThat(dir.resolve("t.parquet.spool")).doesNotExist();
  }

  @Test
  void hostNameIsATokenUnlessClearNamesAreAsked() throws Exception {
    esnode.run("record", "--duration", "100ms", "--interval", "50ms", "--out", "t.parquet");
    esnode.run(
        "record",
        "--duration",
        "100ms",
        "--interval",
        "50ms",
        "--clear-names",
        "--out",
        "c.parquet");

    assertThat(manifest("t.parquet").node()).matches("n-[0-9a-f]{16}");
    assertThat(manifest("c.parquet").node()).isEqualTo(Node.hostName());
    assertThat(manifest("c.parquet").config()).containsEntry("privacy.names", "clear");
  }

  @Test
  void recordingTellsWhetherTheKernelLogWasRead() throws Exception {
    esnode.run("record", "--duration", "100ms", "--interval", "50ms", "--out", "t.parquet");

    Esnode.Answer answer = esnode.run(
        "query", "t.parquet", "SELECT detail FROM audit WHERE action = 'kernel_log.read'");

    assertThat(answer.out()).as(answer.err()).contains("/dev/kmsg: ");
  }

  @Test
  void auditRecordsInJsonAreFollowed() throws Exception {
    Files.writeString(
        dir.resolve("a.jsonl"),
        "{\"timestamp\":%d,\"level\":\"AUDIT\",\"actor\":\"alice\",\"action\":\"throttle_power\",\"result\":\"success\"}\n"
            .formatted(System.currentTimeMillis()));

    esnode.run(
        "record",
        "--duration",
        "600ms",
        "--interval",
        "50ms",
        "--no-journal",
        "--audit-json",
        "a.jsonl",
        "--out",
        "t.parquet");
    Esnode.Answer answer = esnode.run(
        "query",
        "t.parquet",
        "SELECT action, outcome, account, origin FROM audit WHERE source = 'audit.json'");

    assertThat(answer.out())
        .as(answer.err())
        .contains("json:throttle_power", "success", "a-", "pre_record")
        .doesNotContain("alice");
    assertThat(manifest("t.parquet").config())
        .containsEntry("log.journal", "switched off with --no-journal")
        .containsEntry("log.audit_json", "1 files");
  }

  @Test
  void processesThatAreLeftOutHaveAReason() throws Exception {
    esnode.run(
        "record",
        "--no-gpu",
        "--no-processes",
        "--duration",
        "100ms",
        "--interval",
        "50ms",
        "--out",
        "t.parquet");
    Esnode.Answer answer = esnode.run(
        "query",
        "t.parquet",
        "SELECT metric, reason FROM gap WHERE metric IN ('top_process', 'cgroup') ORDER BY metric");

    assertThat(answer.out())
        .as(answer.err())
        .containsSubsequence(
            "cgroup", "switched off with --no-processes", "top_process", "--no-processes");
    assertThat(manifest("t.parquet").config())
        .containsEntry("processes", "switched off with --no-processes");
    assertThat(esnode
            .run("query", "t.parquet", "SELECT count(*) > 0 AS own FROM process")
            .out())
        .contains("true");
  }

  /** Where this machine has a journal and an audit log or not: the recording says so. */
  @Test
  void recordingTellsWhetherTheOtherLogsWereRead() throws Exception {
    esnode.run("record", "--duration", "100ms", "--interval", "50ms", "--out", "t.parquet");

    Esnode.Answer answer = esnode.run(
        "query",
        "t.parquet",
        "SELECT action FROM audit WHERE action LIKE '%.read' ORDER BY action");

    assertThat(answer.out()).as(answer.err()).contains("audit_log.read", "journal.read");
  }

  @Test
  void statusOfTheCommandIsPassedOn() throws Exception {
    Esnode.Answer answer = esnode.run(
        "record",
        "--duration",
        "30s",
        "--out",
        "t.parquet",
        "--",
        "sh",
        "-c",
        "echo its own words; exit 7");

    assertThat(answer.exit()).isEqualTo(7);
    assertThat(answer.out()).isEqualTo("its own words\n");
    assertThat(manifest("t.parquet").ticks().captured()).isGreaterThanOrEqualTo(2);
  }

  /** The launcher makes the recording process small; what it sets for that is not the command's. */
  @Test
  void commandKeepsTheEnvironmentItWouldHaveHadAlone() throws Exception {
    String[] recorded = {
      "record",
      "--duration",
      "30s",
      "--out",
      "t.parquet",
      "--",
      "sh",
      "-c",
      "echo $MALLOC_ARENA_MAX"
    };

    assertThat(esnode
            .run(Map.of("MALLOC_ARENA_MAX", "1", "ESNODE_SET_MALLOC", "1"), recorded)
            .out())
        .isEqualTo("\n");
    Files.delete(dir.resolve("t.parquet"));
    Files.delete(dir.resolve("t.parquet.sigstore.json"));
    assertThat(esnode.run(Map.of("MALLOC_ARENA_MAX", "2"), recorded).out()).isEqualTo("2\n");
  }

  @Test
  void commandThatDoesNotExistLeavesNothingBehind() throws Exception {
    Esnode.Answer answer = esnode.run("record", "--out", "t.parquet", "--", "no-such-command");

    assertThat(answer.exit()).isEqualTo(127);
    assertThat(answer.err()).contains("no-such-command: no such command; nothing was recorded");
    assertThat(left()).isEmpty();
  }

  @Test
  void commandThatCannotBeExecutedIsToldFromOneThatIsNotThere() throws Exception {
    Files.writeString(dir.resolve("notes.txt"), "not a program");

    Esnode.Answer answer = esnode.run("record", "--out", "t.parquet", "--", "./notes.txt");

    assertThat(answer.exit()).isEqualTo(126);
    assertThat(answer.err()).contains("./notes.txt: cannot be executed; nothing was recorded");
    assertThat(left()).isEmpty();
  }

  @Test
  void terminationSealsAndExitsCleanly() throws Exception {
    Process recorder = esnode.start("record", "--interval", "50ms", "--out", "t.parquet");
    awaitTicks("t.parquet", 3);
    recorder.destroy();

    assertThat(recorder.waitFor(60, TimeUnit.SECONDS)).isTrue();
    Esnode.Answer answer = esnode.answer(recorder);
    assertThat(answer.exit()).as(answer.err()).isZero();
    assertThat(manifest("t.parquet").spool().recovered()).isFalse();
  }

  /** The command is not the recorder's to end, and neither is its end worth a hang. */
  @Test
  void terminationOfTheRecorderAloneSealsAndLeavesTheCommand() throws Exception {
    Process recorder = esnode.start(
        "record",
        "--interval",
        "50ms",
        "--out",
        "t.parquet",
        "--",
        "sh",
        "-c",
        "sleep 8; touch ended");
    awaitTicks("t.parquet", 2);
    recorder.destroy();

    assertThat(recorder.waitFor(7, TimeUnit.SECONDS)).isTrue();
    assertThat(recorder.exitValue()).isEqualTo(143);
    assertThat(manifest("t.parquet").spool().recovered()).isFalse();
    assertThat(dir.resolve("ended")).doesNotExist();
  }

  @Test
  void killAtAnyMomentLosesNoCompleteTick() throws Exception {
    Random random = new Random(20261121);
    for (int round = 0; round < 3; round++) {
      String name = "kill" + round + ".parquet";
      Process recorder = esnode.start("record", "--interval", "20ms", "--out", name);
      awaitTicks(name, 2);
      recorder.waitFor(random.nextInt(400), TimeUnit.MILLISECONDS);
      recorder.destroyForcibly().waitFor();
      long complete = ticksIn(dir.resolve(name + ".spool"));

      Esnode.Answer recovered = esnode.run("recover", name + ".spool");
      Esnode.Answer verified = esnode.run("verify", name);

      assertThat(recovered.exit()).as(recovered.err()).isZero();
      assertThat(manifest(name).ticks().captured()).isEqualTo(complete);
      assertThat(manifest(name).spool().recovered()).isTrue();
      assertThat(verified.exit()).as(verified.out()).isZero();
    }
  }

  @Test
  void existingFileIsNeverOverwritten() throws Exception {
    Files.writeString(dir.resolve("t.parquet"), "somebody's evidence");

    Esnode.Answer answer = esnode.run("record", "--duration", "1s", "--out", "t.parquet");

    assertThat(answer.exit()).isEqualTo(74);
    assertThat(answer.err())
        .isEqualTo("esnode: t.parquet: exists already, and evidence is never overwritten;"
            + " move it away or choose another --out\n");
    assertThat(dir.resolve("t.parquet")).hasContent("somebody's evidence");
  }

  @Test
  void signatureOfOtherEvidenceIsNeverOverwritten() throws Exception {
    Files.writeString(dir.resolve("t.parquet.sigstore.json"), "somebody's signature");

    Esnode.Answer answer = esnode.run("record", "--duration", "1s", "--out", "t.parquet");

    assertThat(answer.exit()).isEqualTo(74);
    assertThat(answer.err()).contains("a signature lies there, of a file that is gone");
    assertThat(dir.resolve("t.parquet.sigstore.json")).hasContent("somebody's signature");
  }

  @Test
  void secondRecorderOnOneOutputIsRefused() throws Exception {
    Process first = esnode.start("record", "--interval", "50ms", "--out", "t.parquet");
    awaitTicks("t.parquet", 1);
    Esnode second = new Esnode(Files.createDirectory(dir.resolve("second")));
    Esnode.Answer answer = second.run(
        "record", "--duration", "1s", "--out", dir.resolve("t.parquet").toString());
    first.destroy();
    first.waitFor();

    assertThat(answer.exit()).isEqualTo(74);
    assertThat(answer.err()).contains("in use by another recorder (process " + first.pid() + ")");
    assertThat(manifest("t.parquet").ticks().captured()).isPositive();
  }

  @Test
  void missingDirectoryIsNamed() throws Exception {
    Esnode.Answer answer = esnode.run("record", "--duration", "1s", "--out", "nowhere/t.parquet");

    assertThat(answer.exit()).isEqualTo(74);
    assertThat(answer.err())
        .startsWith("esnode: nowhere/t.parquet: directory ")
        .endsWith("does not exist; make it first\n");
  }

  @Test
  void keyThatCannotSignIsFoundBeforeAnythingIsRecorded() throws Exception {
    Files.writeString(dir.resolve("bad.key"), "not a key");

    Esnode.Answer answer =
        esnode.run("record", "--duration", "1s", "--key", "bad.key", "--out", "t.parquet");

    assertThat(answer.exit()).isEqualTo(5);
    assertThat(answer.err()).startsWith("esnode: bad.key: ").hasLineCount(1);
    assertThat(left()).isEmpty();
  }

  @Test
  void recoverOfSomethingElseSaysWhatWasExpected() throws Exception {
    Esnode.Answer answer = esnode.run("recover", "nothing.spool");

    assertThat(answer.exit()).isEqualTo(5);
    assertThat(answer.err())
        .contains("nothing.spool: not there; expected the directory of a spool");
  }

  /** Waits until the recorder has written that many ticks. */
  private void awaitTicks(String bundle, long ticks) throws IOException, InterruptedException {
    Path spool = dir.resolve(bundle + ".spool");
    for (int i = 0; i < 600; i++) {
      if (ticksSoFar(spool) >= ticks) {
        return;
      }
      TimeUnit.MILLISECONDS.sleep(20);
    }
    throw new IllegalStateException(
        "the recorder wrote no ticks: " + Files.readString(dir.resolve("stderr")));
  }

  /** Looks at a copy: the lock belongs to the recorder. */
  private long ticksSoFar(Path spool) throws IOException {
    Path segment = spool.resolve("000000.seg");
    if (!Files.exists(segment)) {
      return 0;
    }
    Path copy = Files.createTempDirectory(esnode.home(), "look");
    Files.copy(segment, copy.resolve("000000.seg"));
    try {
      return ticksIn(copy);
    } catch (IOException headerNotYetWhole) {
      return 0;
    }
  }

  private static long ticksIn(Path spool) throws IOException {
    long[] ticks = {0};
    try (SpoolDirectory directory = SpoolDirectory.open(spool)) {
      SpoolReader.open(directory).read(new SpoolVisitor() {
        @Override
        public void tick(Tick tick) {
          ticks[0]++;
        }

        @Override
        public void laneTick(LaneName lane, Tick tick) {}

        @Override
        public void session(NvmlSession session, long monoNanos) {}

        @Override
        public void row(TextRow row, long monoNanos) {}

        @Override
        public void damage(Damage damage) {}
      });
    }
    return ticks[0];
  }

  private Manifest manifest(String name) throws IOException {
    try (FileChannel channel = FileChannel.open(dir.resolve(name))) {
      return BundleFile.read(name, channel).manifest();
    }
  }

  private List<String> left() throws IOException {
    try (Stream<Path> files = Files.list(dir)) {
      return files
          .map(f -> f.getFileName().toString())
          .filter(f -> f.startsWith("t."))
          .toList();
    }
  }
}
