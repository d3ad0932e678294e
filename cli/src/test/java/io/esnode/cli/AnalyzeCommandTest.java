package io.esnode.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.esnode.bundle.BundleFile;
import io.esnode.ledger.Ledger;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Analyses and queries one real recording of this host, as its users do. */
class AnalyzeCommandTest {
  /** A recording and the home of the node that made it. */
  @TempDir
  static Path recorded;

  @TempDir
  Path dir;

  private String file;
  private String key;

  @BeforeAll
  static void record() throws Exception {
    assumeThat(Path.of("/proc/self/stat")).as("the kernel's /proc").exists();
    Esnode here = new Esnode(recorded);
    Files.createDirectory(here.home());
    Esnode.Answer answer =
        here.run("record", "--duration", "1s", "--interval", "100ms", "--out", "t.parquet");
    assertThat(answer.exit()).as(answer.err()).isZero();
  }

  @BeforeEach
  void copy() throws IOException {
    for (String name : List.of("t.parquet", "t.parquet.sigstore.json")) {
      Files.copy(recorded.resolve(name), dir.resolve(name));
    }
    file = dir.resolve("t.parquet").toString();
    key = recorded.resolve("home").resolve("node.pub").toString();
  }

  @Test
  void answerBeginsWithWhoVouchesForItAndTheVerdict() throws Exception {
    Esnode.Answer answer = trusting("analyze", file);

    assertThat(answer.exit()).as(answer.err()).isZero();
    assertThat(answer.err()).isEmpty();
    assertThat(answer.out().lines().findFirst())
        .contains("TRUSTED SIGNER  %s (node.pub)".formatted(file));
    assertThat(answer.out().lines().skip(2).findFirst().orElseThrow())
        .isIn("NO INCIDENT", "NOT ESTABLISHED");
    assertThat(answer.out())
        .contains(
            "Recording", "of 11 ticks captured", "Check it yourself", "esnode verify " + file);
  }

  @Test
  void jsonIsTheLedgerAndFollowsItsSchema() throws Exception {
    Esnode.Answer answer =
        trusting("analyze", "--format", "json", "--out", dir.resolve("a.json").toString(), file);

    assertThat(answer.out()).isEqualTo(Files.readString(dir.resolve("a.json")));
    assertThat(SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
            .getSchema(
                Files.readString(Path.of("..", "docs", "format", "ledger.schema.json")),
                InputFormat.JSON)
            .validate(answer.out(), InputFormat.JSON))
        .isEmpty();
    assertThat(Ledger.parse(answer.out().getBytes(StandardCharsets.UTF_8)).bundles())
        .hasSize(1);
  }

  /** The trust differs, and with it the stamp; everything that the rows say must not. */
  @Test
  void limitedChildComesToTheSameAnswer() throws Exception {
    Ledger own = ledger(trusting("analyze", "--format", "json", file));

    Esnode.Answer answer = run("analyze", "--format", "json", file);

    assertThat(answer.exit()).as(answer.err()).isEqualTo(4);
    Ledger theirs = ledger(answer);
    assertThat(theirs.trust()).isEqualTo("INTACT BUT SIGNER UNKNOWN");
    assertThat(theirs.findings()).isEqualTo(own.findings());
    assertThat(theirs.figures()).isEqualTo(own.figures());
    assertThat(theirs.series()).isEqualTo(own.series());
  }

  /** Ticks that stand in the recording: a busy machine may have missed one. */
  private String captured() throws IOException {
    try (FileChannel channel = FileChannel.open(Path.of(file))) {
      return Long.toString(BundleFile.read(file, channel).manifest().ticks().captured());
    }
  }

  @Test
  void unknownSignerIsAnsweredStampedAndExits4() throws Exception {
    Esnode.Answer analyzed = run("analyze", file);
    Esnode.Answer queried = run("query", file, "SELECT count(*) AS n FROM host");
    Esnode.Answer wrong = run("query", file, "SELECT nope FROM host");

    assertThat(analyzed.exit()).isEqualTo(4);
    assertThat(analyzed.out()).startsWith("INTACT BUT SIGNER UNKNOWN  " + file);
    assertThat(queried.exit()).isEqualTo(4);
    assertThat(queried.out())
        .startsWith("INTACT BUT SIGNER UNKNOWN  ")
        .endsWith("\nn\n%s\n%s\n(1 row)\n".formatted("-".repeat(captured().length()), captured()));
    assertThat(wrong.exit()).isEqualTo(64);
    assertThat(wrong.err())
        .contains("Referenced column \"nope\" not found")
        .contains("line 1 column 8");
  }

  @Test
  void unsignedIsRefusedUnlessAskedForAndNeverExits0() throws Exception {
    Files.delete(dir.resolve("t.parquet.sigstore.json"));

    Esnode.Answer refused = run("analyze", file);
    Esnode.Answer accepted = run("analyze", "--unsigned", file);

    assertThat(refused.exit()).isEqualTo(3);
    assertThat(refused.out()).isEmpty();
    assertThat(refused.err())
        .startsWith("esnode: UNSIGNED %s: ".formatted(file))
        .contains("--unsigned");
    assertThat(accepted.exit()).isEqualTo(3);
    assertThat(accepted.out()).startsWith("UNSIGNED  %s\n".formatted(file));
  }

  @Test
  void tamperedGivesNoAnswer() throws Exception {
    byte[] bytes = Files.readAllBytes(dir.resolve("t.parquet"));
    bytes[bytes.length / 2] ^= 1;
    Files.write(dir.resolve("t.parquet"), bytes);

    Esnode.Answer analyzed = run("analyze", "--unsigned", file);
    Esnode.Answer queried = run("query", "--unsigned", file, "SELECT 1");

    assertThat(analyzed.exit()).isEqualTo(2);
    assertThat(analyzed.out()).isEmpty();
    assertThat(analyzed.err())
        .startsWith("esnode: REFUSED %s: ".formatted(file))
        .hasLineCount(1);
    assertThat(queried.exit()).isEqualTo(2);
    assertThat(queried.out()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "5, analyze DIR/text.parquet",
    "3, analyze DIR/gone.parquet",
    "5, analyze DIR",
    "5, analyze DIR/t.parquet DIR/t.parquet",
    "64, analyze",
    "64, analyze --rule oom-kil DIR/t.parquet",
    "64, analyze --as-of yesterday DIR/t.parquet",
    "64, analyze --fail-on bad DIR/t.parquet",
    "74, analyze --out DIR/gone/a.json DIR/t.parquet",
    "0, analyze --fail-on critical DIR/t.parquet",
    "64, query DIR/t.parquet",
    "64, query --rule oom-kil DIR/t.parquet",
    "0, query --rule oom-kill DIR/t.parquet"
  })
  void exitStatusSaysWhatWentWrong(int exit, String line) throws Exception {
    Files.writeString(dir.resolve("text.parquet"), "no bundle");

    Esnode.Answer answer = trusting(line.replace("DIR", dir.toString()).split(" "));

    assertThat(answer.exit()).as(answer.err()).isEqualTo(exit);
    assertThat(answer.err()).doesNotContain("internal error").doesNotContain("\tat ");
  }

  @ParameterizedTest
  @CsvSource({"t.parquet", "t.parquet.sigstore.json", "../SELF/t.parquet"})
  void ledgerNeverReplacesTheEvidence(String out) throws Exception {
    byte[] bundle = Files.readAllBytes(dir.resolve("t.parquet"));
    byte[] sidecar = Files.readAllBytes(dir.resolve("t.parquet.sigstore.json"));

    Esnode.Answer answer = trusting(
        "analyze",
        "--out",
        dir.resolve(out.replace("SELF", String.valueOf(dir.getFileName()))).toString(),
        file);

    assertThat(answer.exit()).isEqualTo(64);
    assertThat(answer.err()).contains("evidence is never overwritten");
    assertThat(dir.resolve("t.parquet")).hasBinaryContent(bundle);
    assertThat(dir.resolve("t.parquet.sigstore.json")).hasBinaryContent(sidecar);
  }

  @Test
  void misspeltRuleNamesTheNearest() throws Exception {
    assertThat(run("analyze", "--rule", "oom-kil", file).err())
        .startsWith("esnode: no rule \"oom-kil\"; nearest: oom-kill, ");
  }

  @Test
  void sameRecordingAnalysedElsewhereGivesTheSameLedger() throws Exception {
    trusting("analyze", "--out", dir.resolve("a.json").toString(), file);
    Path other = Files.createDirectories(dir.resolve("other"));
    for (String name : List.of("t.parquet", "t.parquet.sigstore.json")) {
      Files.copy(dir.resolve(name), other.resolve(name), StandardCopyOption.REPLACE_EXISTING);
    }

    trusting(
        "analyze",
        "--out",
        dir.resolve("b.json").toString(),
        other.resolve("t.parquet").toString());

    assertThat(dir.resolve("b.json")).hasSameTextualContentAs(dir.resolve("a.json"));
  }

  @Test
  void rowsArriveAsCsvAndJsonWithTheStampOnTheSide() throws Exception {
    String sql =
        "SELECT '=1+1' AS f, -1 AS n, CAST(1.50 AS DECIMAL(9, 2)) AS d, 'a,\"b' AS q, chr(27) AS e";

    Esnode.Answer csv = trusting("query", "--format", "csv", file, sql);
    Esnode.Answer json = trusting("query", "--format", "json", file, sql);
    Esnode.Answer table = trusting("query", file, sql);

    assertThat(csv.out()).isEqualTo("f,n,d,q,e\n'=1+1,-1,1.50,\"a,\"\"b\",\u001b\n");
    assertThat(csv.err()).isEqualTo("TRUSTED SIGNER  %s (node.pub)\n".formatted(file));
    assertThat(json.out())
        .isEqualTo(
            "{\"d\":\"1.50\",\"e\":\"\\u001b\",\"f\":\"=1+1\",\"n\":-1,\"q\":\"a,\\\"b\"}\n");
    assertThat(table.out()).contains("\\u001b").doesNotContain("\u001b");
  }

  @Test
  void childThatNeverEndsIsEnded() {
    LimitedChild impatient = new LimitedChild(Duration.ofMillis(50), 1000);

    assertThatThrownBy(() -> impatient.await(new ProcessBuilder("tail", "-f", "/dev/null")))
        .isInstanceOf(CommandException.class)
        .hasMessageContaining("was ended");
  }

  @Test
  void childThatNeverStopsTalkingIsEnded() {
    LimitedChild impatient = new LimitedChild(Duration.ofSeconds(60), 1000);

    assertThatThrownBy(() -> impatient.await(new ProcessBuilder("yes")))
        .isInstanceOf(CommandException.class)
        .hasMessageContaining("more than 1000 bytes");
  }

  /** Runs a command that trusts the recording's key. */
  private Esnode.Answer trusting(String... words) {
    List<String> line = new ArrayList<>(List.of(words));
    line.addAll(1, List.of("--key", key));
    return run(line.toArray(String[]::new));
  }

  private static Esnode.Answer run(String... words) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exit = Main.run(new PrintWriter(out), new PrintWriter(err), words);
    return new Esnode.Answer(exit, out.toString(), err.toString());
  }

  private static Ledger ledger(Esnode.Answer answer) throws IOException {
    return Ledger.parse(answer.out().getBytes(StandardCharsets.UTF_8));
  }
}
