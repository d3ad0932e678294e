package io.esnode.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.esnode.json.Json;
import io.esnode.json.JsonReader;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportCommandTest {
  private static final Path SAMPLE = Path.of(
      "..",
      "reports",
      "src",
      "test",
      "resources",
      "io",
      "esnode",
      "report",
      "sample.analysis.json");

  @TempDir
  Path dir;

  @Test
  void recordingBecomesPagePdfAndTheLedgerThatAnalyzeWrites() throws Exception {
    assumeThat(Path.of("/proc/self/stat")).as("the kernel's /proc").exists();
    Esnode esnode = new Esnode(dir);
    Files.createDirectory(esnode.home());
    esnode.run("record", "--duration", "300ms", "--interval", "50ms", "--out", "t.parquet");
    esnode.run("analyze", "t.parquet", "--out", "check.json");

    Esnode.Answer answer =
        esnode.run("report", "t.parquet", "--template", "incident", "--out", "r");

    assertThat(answer.exit()).as(answer.err()).isZero();
    assertThat(answer.out().lines())
        .containsExactly(
            "TRUSTED SIGNER", "r/t.analysis.json", "r/t.incident.html", "r/t.incident.pdf");
    assertThat(dir.resolve("r/t.analysis.json")).hasSameBinaryContentAs(dir.resolve("check.json"));
    assertThat(Files.readString(dir.resolve("r/t.incident.html"))).contains("TRUSTED SIGNER");
    assertThat(dir.resolve("r/t.incident.pdf")).isNotEmptyFile();
    chainIsFollowedFromTheReportToTheBundle(esnode);
  }

  private void chainIsFollowedFromTheReportToTheBundle(Esnode esnode) throws Exception {
    Esnode.Answer beside = esnode.run("verify", "r/t.incident.html", "r/t.incident.pdf");
    Esnode.Answer all = esnode.run("verify", "r/t.incident.html", "--materials", ".");
    Files.move(dir.resolve("t.parquet"), dir.resolve("moved.parquet"));
    Files.move(dir.resolve("t.parquet.sigstore.json"), dir.resolve("moved.parquet.sigstore.json"));
    Esnode.Answer renamed = esnode.run("verify", "r/t.incident.html", "--materials", ".");
    Files.delete(dir.resolve("moved.parquet"));
    Esnode.Answer missing = esnode.run("verify", "r/t.incident.html", "--materials", ".");

    assertThat(beside.exit()).as(beside.out()).isZero();
    assertThat(beside.out())
        .contains("PASS  ESV-SIG-002  input t.analysis.json: SHA-256 is the one named; TRUSTED")
        .contains("not performed: input t.parquet: found none");
    assertThat(all.exit()).as(all.out()).isZero();
    assertThat(all.out())
        .contains("PASS  ESV-SIG-002  input t.parquet: SHA-256 is the one named; TRUSTED");
    assertThat(renamed.exit()).as(renamed.out()).isZero();
    assertThat(missing.exit()).isEqualTo(3);
    assertThat(missing.out()).contains("FAIL  ESV-EVD-002  input t.parquet");
  }

  @Test
  void unsignedLedgerIsRefusedUnlessAskedForAndThenStamped() throws Exception {
    Path ledger = Files.copy(SAMPLE, dir.resolve("node.analysis.json"));

    Answer refused =
        run("report", ledger.toString(), "--template", "incident", "--out", dir.toString());
    Answer stamped = run(
        "report",
        ledger.toString(),
        "--template",
        "incident",
        "--out",
        dir.toString(),
        "--unsigned");

    assertThat(refused.exit()).isEqualTo(3);
    assertThat(refused.err()).contains("a ledger without signature").hasLineCount(1);
    // The ledger itself says that its evidence has an unknown signer, and that is worse.
    assertThat(stamped.exit()).isEqualTo(4);
    assertThat(stamped.out()).startsWith("UNSIGNED, SIMULATED\n");
    assertThat(ledger).hasSameBinaryContentAs(SAMPLE);
    try (Stream<Path> files = Files.list(dir)) {
      assertThat(files.map(f -> f.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "node.analysis.json", "node.incident.html", "node.incident.pdf");
    }
  }

  @Test
  void jsonAnswerNamesFilesWithTheirDigests() throws Exception {
    Answer answer = run(
        "report",
        SAMPLE.toString(),
        "--template",
        "incident",
        "--out",
        dir.toString(),
        "--unsigned",
        "--format",
        "json");

    Json.Obj json = JsonReader.object(answer.out());
    assertThat(json.text("schema")).isEqualTo("esnode.report/1");
    assertThat(json.text("trust")).isEqualTo("UNSIGNED");
    assertThat(json.integer("exit")).isEqualTo(4);
    assertThat(json.arr("files").objects()).hasSize(3).allSatisfy(f -> {
      byte[] content = Files.readAllBytes(Path.of(f.text("path")));
      assertThat(f.text("sha256")).isEqualTo(io.esnode.bundle.Sha256.hex(content));
      assertThat(f.integer("size_bytes")).isEqualTo(content.length);
    });
  }

  @Test
  void unknownTemplateListsTheOnesThereAre() throws Exception {
    Answer answer = run("report", SAMPLE.toString(), "--template", "soc2");

    assertThat(answer.exit()).isEqualTo(64);
    assertThat(answer.err()).contains("no template \"soc2\"; there are: incident");
  }

  @Test
  void placeThatCannotBeWrittenIsOneLine() throws Exception {
    Path file = Files.createFile(dir.resolve("file"));

    Answer answer = run(
        "report",
        SAMPLE.toString(),
        "--template",
        "incident",
        "--unsigned",
        "--out",
        file.resolve("x").toString());

    assertThat(answer.exit()).isEqualTo(74);
    assertThat(answer.err()).contains("cannot be written").hasLineCount(1);
  }

  @Test
  void otherJsonIsNoLedger() throws Exception {
    Path other = Files.writeString(dir.resolve("other.json"), "{\"schema\":\"x\"}");

    Answer answer = run("report", other.toString(), "--template", "incident", "--unsigned");

    assertThat(answer.exit()).isEqualTo(5);
    assertThat(answer.err())
        .contains("other.json: not a ledger: schema: found \"x\"")
        .hasLineCount(1);
  }

  @Test
  void fileThatIsMissingIsSaidAsAnalyzeSaysIt() {
    String missing = dir.resolve("none.parquet").toString();

    Answer report = run("report", missing, "--template", "incident");
    Answer analyze = run("analyze", missing);

    assertThat(report.exit()).isEqualTo(3);
    assertThat(report.err()).isEqualTo(analyze.err());
  }

  private record Answer(int exit, String out, String err) {}

  private static Answer run(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exit = Main.run(new PrintWriter(out), new PrintWriter(err), arguments);
    return new Answer(exit, out.toString(), err.toString());
  }
}
