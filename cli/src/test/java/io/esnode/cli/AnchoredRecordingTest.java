package io.esnode.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.esnode.bundle.Sha256;
import io.esnode.signature.ExitCode;
import io.esnode.signer.SidecarSigner;
import io.esnode.signer.SigningKey;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Records this host for real; on a system without {@code /proc} the class is skipped. */
class AnchoredRecordingTest {
  @TempDir
  Path dir;

  private Esnode esnode;

  @BeforeEach
  void linux() throws IOException {
    assumeThat(Path.of("/proc/self/stat")).as("the kernel's /proc").exists();
    esnode = new Esnode(dir);
    Files.createDirectory(esnode.home());
  }

  /** What a command line gave. */
  private record Answer(int exit, String out, String err) {}

  private Answer here(String command, Object... args) {
    List<String> line = new ArrayList<>(List.of(command, "--key"));
    line.add(esnode
        .home()
        .resolve(command.equals("verify") ? "node.pub" : "node.key")
        .toString());
    for (Object arg : args) {
      line.add(arg.toString());
    }
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exit = Main.run(new PrintWriter(out), new PrintWriter(err), line.toArray(String[]::new));
    return new Answer(exit, out.toString(), err.toString());
  }

  private Path file(String name) {
    return dir.resolve(name);
  }

  private void record(String... more) throws Exception {
    List<String> line = new ArrayList<>(List.of(
        "record",
        "--no-gpu",
        "--no-journal",
        "--interval",
        "50ms",
        "--duration",
        "1500ms",
        "--seal-interval",
        "200ms"));
    line.addAll(List.of(more));
    if (!line.contains("--out")) {
      line.addAll(List.of("--out", "n.parquet"));
    }
    Esnode.Answer recorded = esnode.run(line.toArray(String[]::new));
    assertThat(recorded.exit()).as(recorded.err()).isZero();
  }

  /** Seals the spool, as it is now, as another bundle of the same name. */
  private Path sealed(Path spool) {
    Path again = spool.resolveSibling("again.parquet");
    Answer answer = here("recover", spool, "--out", again, "--keep-spool");
    assertThat(answer.exit()).as(answer.err()).isZero();
    return again;
  }

  private Path stolenSpool() throws IOException {
    Path stolen = Files.createDirectory(file("stolen"));
    try (Stream<Path> segments = Files.list(file("n.parquet.spool"))) {
      for (Path each : segments.toList()) {
        Files.copy(each, stolen.resolve(each.getFileName()));
      }
    }
    return stolen;
  }

  private SidecarSigner nodeKey() throws IOException {
    return new SidecarSigner(SigningKey.load(esnode.home().resolve("node.key")));
  }

  @Test
  void recordingIsAnchoredAsFarAsTheWitnessSawIt() throws Exception {
    record("--witness", "w.log", "--keep-spool");
    List<String> seen = Files.readAllLines(file("w.log"));
    int last = seen.size() - 1;

    Answer alone = here("verify", file("n.parquet"));
    Answer all =
        here("verify", file("n.parquet"), "--witness", file("w.log"), "--require-anchor", "1s");
    Files.write(file("early.log"), seen.subList(0, 2));
    Answer early = here("verify", file("n.parquet"), "--witness", file("early.log"));
    Answer tooEarly = here(
        "verify", file("n.parquet"), "--witness", file("early.log"), "--require-anchor", "100ms");
    Answer json = here("verify", file("n.parquet"), "--witness", file("w.log"), "--format", "json");

    assertThat(last).isGreaterThan(2);
    assertThat(alone.exit()).as(alone.out()).isZero();
    assertThat(alone.out())
        .contains(": self-consistent, not anchored\n")
        .contains(
            "PASS  ESV-ANC-006  rows: %s.spool has every sealed head, and becomes this bundle byte for byte"
                .formatted(file("n.parquet")))
        .doesNotContain("witness: not anchored");
    assertThat(all.exit()).as(all.out()).isZero();
    assertThat(all.out())
        .contains(": anchored until ", "(epoch %d of %d, seen by w.log)".formatted(last, last));
    assertThat(early.exit()).isZero();
    assertThat(early.out()).contains("(epoch 1 of %d, seen by early.log)".formatted(last));
    assertThat(tooEarly.exit()).as(tooEarly.out()).isEqualTo(ExitCode.EVIDENCE_MISSING);
    assertThat(tooEarly.out()).contains("FAIL  ESV-ANC-007");
    assertThat(json.out())
        .contains(
            "\"state\": \"anchored\"", "\"anchored_epoch\": " + last, "\"seen_by\": \"w.log\"");
  }

  @Test
  void withoutTheSpoolTheRowsAreNotBoundAndVerifySaysSo() throws Exception {
    record("--witness", "w.log");

    Answer answer = here("verify", file("n.parquet"), "--witness", file("w.log"));

    assertThat(file("n.parquet.spool")).doesNotExist();
    assertThat(answer.exit()).as(answer.out()).isZero();
    assertThat(answer.out()).contains("NOT CHECKED, the spool is not here", "--keep-spool");
  }

  /** The key of the node is at hand, and every digest is made to fit; the keys of the epochs are gone. */
  @Test
  void pastThatWasRewrittenDoesNotFitItsSeals() throws Exception {
    record("--keep-spool");
    Path stolen = stolenSpool();
    new ForgedSpool(stolen).rewrite("recorder.started", "recorder.stopped").write();
    Path again = sealed(stolen);

    Answer answer = here("verify", again, "--spool", stolen);

    assertThat(answer.exit()).as(answer.out()).isEqualTo(ExitCode.TAMPERED);
    assertThat(answer.out())
        .contains("REFUSED, and not anchored", "FAIL  ESV-ANC-006", "as it was sealed in epoch 1");
  }

  /** Who makes every seal anew is consistent with himself; only somebody outside knows better. */
  @Test
  void pastThatWasSealedAgainContradictsTheWitness() throws Exception {
    record("--keep-spool", "--witness", "w.log");
    Path stolen = stolenSpool();
    new ForgedSpool(stolen)
        .rewrite("recorder.started", "recorder.stopped")
        .sealAgain(nodeKey(), false)
        .write();
    Path again = sealed(stolen);

    Answer alone = here("verify", again, "--spool", stolen);
    Answer witnessed = here("verify", again, "--spool", stolen, "--witness", file("w.log"));

    assertThat(alone.exit()).as(alone.out()).isZero();
    assertThat(alone.out()).contains(": self-consistent, not anchored\n", "PASS  ESV-ANC-006");
    assertThat(witnessed.exit()).as(witnessed.out()).isEqualTo(ExitCode.TAMPERED);
    assertThat(witnessed.out()).contains("FAIL  ESV-ANC-005  w.log saw another seal of epoch 0");
  }

  @Test
  void endThatWasCutOffIsMissedByTheWitness() throws Exception {
    record("--keep-spool", "--witness", "w.log");
    Path stolen = stolenSpool();
    int kept = Files.readAllLines(file("w.log")).size() - 2;
    new ForgedSpool(stolen).cutAfter(kept).write();
    Path again = sealed(stolen);

    Answer alone = here("verify", again, "--spool", stolen);
    Answer witnessed = here("verify", again, "--spool", stolen, "--witness", file("w.log"));

    assertThat(alone.exit()).as(alone.out()).isZero();
    assertThat(witnessed.exit()).as(witnessed.out()).isEqualTo(ExitCode.EVIDENCE_MISSING);
    assertThat(witnessed.out())
        .contains(
            "(epoch %d of %d, seen by w.log)".formatted(kept, kept),
            "there is nothing after epoch %d".formatted(kept));
  }

  @Test
  void recordingMadeAgainWithoutSealsContradictsTheWitness() throws Exception {
    Esnode.Answer recorded = esnode.run(
        "record",
        "--no-gpu",
        "--duration",
        "300ms",
        "--interval",
        "50ms",
        "--seal-interval",
        "off",
        "--out",
        "n.parquet");
    assertThat(recorded.exit()).as(recorded.err()).isZero();
    Answer alone = here("verify", file("n.parquet"));
    String id = alone.out().replaceAll("(?s).*SEALS of recording ([0-9a-f-]+): no seals.*", "$1");
    String digest = Sha256.hex("x");
    Files.writeString(
        file("w.log"),
        "esnode-seal/1 %s 1 2026-11-21T00:00:00.000000Z %s %s %s\n"
            .formatted(id, digest, digest, digest));

    Answer witnessed = here("verify", file("n.parquet"), "--witness", file("w.log"));

    assertThat(alone.exit()).as(alone.out()).isZero();
    assertThat(alone.out()).contains(": no seals\n");
    assertThat(witnessed.exit()).as(witnessed.out()).isEqualTo(ExitCode.TAMPERED);
  }

  @Test
  void hostileWitnessIsBoundedAndForgedLinesAreNamed() throws Exception {
    record("--witness", "w.log");
    String line = Files.readAllLines(file("w.log")).get(1);
    Path noise = Files.writeString(
        file("noise.log"),
        "\u0000\u001b[2Jesnode-seal/1 \u202e\n" + "x".repeat(100_000) + "\n"
            + line.replaceAll(" [0-9a-f-]{36} ", " 01993f6e-0000-7000-8000-00000000beef ") + "\n");
    Path forged = Files.copy(file("w.log"), file("forged.log"));
    Files.writeString(
        forged,
        line.replaceAll("[0-9a-f]{64}$", Sha256.hex("mine")) + "\n",
        StandardOpenOption.APPEND);

    Answer noisy = here("verify", file("n.parquet"), "--witness", noise);
    Answer both = here("verify", file("n.parquet"), "--witness", forged);
    Answer gone = here("verify", file("n.parquet"), "--witness", file("nowhere"));

    assertThat(noisy.exit()).as(noisy.out()).isZero();
    assertThat(noisy.out())
        .contains("not anchored", "1 lines that begin as a seal")
        .doesNotContain("\u001b", "\u202e");
    assertThat(both.exit()).isEqualTo(ExitCode.TAMPERED);
    assertThat(both.out()).contains("FAIL  ESV-ANC-005  forged.log saw another seal of epoch 1");
    assertThat(gone.exit()).isEqualTo(ExitCode.EVIDENCE_MISSING);
  }

  @Test
  void sealsGoOnThroughTheBundlesOfARotation() throws Exception {
    Path data = Files.createDirectory(file("data"));
    record("--rotate", "500ms", "--keep-spool", "--witness", "w.log", "--out", "data/n.parquet");

    Answer all = here("verify", data, "--witness", file("w.log"));
    Answer one = here("verify", data.resolve("n-000001.parquet"), "--witness", file("w.log"));

    assertThat(all.exit()).as(all.out()).isZero();
    assertThat(all.out())
        .contains("seen by w.log", "each signed with a key of its own that the one before names")
        .containsPattern("PASS  ESV-ANC-006  rows: .*n-000000.parquet.spool")
        .containsPattern("PASS  ESV-ANC-006  rows: .*n-000002.parquet.spool");
    assertThat(one.exit()).as(one.out()).isZero();
    assertThat(one.out()).contains("were not given", "what comes after epoch", ": anchored until ");
  }

  @Test
  void recordingOfARecorderThatWasKilledIsAnchoredAsFarAsItWent() throws Exception {
    Process recorder = esnode.start(
        "record",
        "--no-gpu",
        "--no-journal",
        "--interval",
        "50ms",
        "--seal-interval",
        "200ms",
        "--witness",
        "w.log",
        "--out",
        "n.parquet");
    for (int i = 0; i < 600 && lines("w.log") < 4 && recorder.isAlive(); i++) {
      Thread.sleep(50);
    }
    recorder.destroyForcibly().waitFor();
    Answer recovered = here("recover", file("n.parquet.spool"), "--keep-spool");

    Answer answer = here("verify", file("n.parquet"), "--witness", file("w.log"));

    assertThat(recovered.exit()).as(recovered.err()).isZero();
    assertThat(answer.exit()).as(answer.out()).isZero();
    assertThat(answer.out()).contains(": anchored until ", "PASS  ESV-ANC-006");
  }

  private long lines(String name) throws IOException {
    return Files.exists(file(name)) ? Files.readAllLines(file(name)).size() : 0;
  }

  @Test
  void witnessThatCannotBeIsRefusedBeforeAnythingIsMade() throws Exception {
    for (String where : List.of("syslog://", "syslog+tcp://host:99999", "syslog:host")) {
      Esnode.Answer answer =
          esnode.run("record", "--no-gpu", "--witness", where, "--out", "n.parquet");

      assertThat(answer.exit()).as(where).isEqualTo(ExitCode.USAGE);
    }
    assertThat(file("n.parquet.spool")).doesNotExist();
    assertThatThrownBy(() -> SealPart.witness("syslog://h/x", "n"))
        .isInstanceOf(CommandException.class);
  }
}
