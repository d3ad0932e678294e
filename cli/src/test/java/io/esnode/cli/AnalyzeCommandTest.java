package io.esnode.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.esnode.ledger.Ledger;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Analyses and queries one real recording of this host, as its users do. */
class AnalyzeCommandTest {
  @TempDir
  static Path recorded;

  @TempDir
  Path dir;

  private Esnode esnode;
  private Esnode stranger;

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
    esnode = new Esnode(dir);
    Files.createDirectory(esnode.home());
    for (String name : List.of("t.parquet", "t.parquet.sigstore.json", "home/node.pub")) {
      Files.copy(recorded.resolve(name), dir.resolve(name));
    }
    Path elsewhere = Files.createDirectory(dir.resolve("elsewhere"));
    stranger = new Esnode(elsewhere);
    Files.createDirectory(stranger.home());
  }

  @Test
  void answerBeginsWithWhoVouchesForItAndTheVerdict() throws Exception {
    Esnode.Answer answer = esnode.run("analyze", "t.parquet");

    assertThat(answer.exit()).as(answer.err()).isZero();
    assertThat(answer.err()).isEmpty();
    assertThat(answer.out().lines().findFirst()).contains("TRUSTED SIGNER  t.parquet (this node)");
    assertThat(answer.out().lines().skip(2).findFirst().orElseThrow())
        .isIn("NO INCIDENT", "NOT ESTABLISHED");
    assertThat(answer.out()).contains("Recording", "of 11 ticks captured", "Check it yourself", "esnode verify t.parquet");
  }

  @Test
  void jsonIsTheLedgerAndFollowsItsSchema() throws Exception {
    Esnode.Answer answer = esnode.run("analyze", "--format", "json", "--out", "a.json", "t.parquet");

    assertThat(answer.out()).isEqualTo(Files.readString(dir.resolve("a.json")));
    assertThat(SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
            .getSchema(Files.readString(Path.of("..", "docs", "format", "ledger.schema.json")), InputFormat.JSON)
            .validate(answer.out(), InputFormat.JSON))
        .isEmpty();
    assertThat(Ledger.parse(answer.out().getBytes(StandardCharsets.UTF_8)).bundles()).hasSize(1);
  }

  /** The trust differs, and with it the stamp; everything that the rows say must not. */
  @Test
  void limitedChildComesToTheSameAnswer() throws Exception {
    Ledger own = ledger(esnode.run("analyze", "--format", "json", "t.parquet"));

    Esnode.Answer answer = stranger.run("analyze", "--format", "json", dir.resolve("t.parquet").toString());

    assertThat(answer.exit()).as(answer.err()).isEqualTo(4);
    Ledger theirs = ledger(answer);
    assertThat(theirs.trust()).isEqualTo("INTACT BUT SIGNER UNKNOWN");
    assertThat(theirs.findings()).isEqualTo(own.findings());
    assertThat(theirs.figures()).isEqualTo(own.figures());
    assertThat(theirs.series()).isEqualTo(own.series());
  }

  @Test
  void unknownSignerIsAnsweredStampedAndExits4() throws Exception {
    String file = dir.resolve("t.parquet").toString();

    Esnode.Answer analyzed = stranger.run("analyze", file);
    Esnode.Answer queried = stranger.run("query", file, "SELECT count(*) AS n FROM host");
    Esnode.Answer wrong = stranger.run("query", file, "SELECT nope FROM host");

    assertThat(analyzed.exit()).isEqualTo(4);
    assertThat(analyzed.out()).startsWith("INTACT BUT SIGNER UNKNOWN  " + file);
    assertThat(queried.exit()).isEqualTo(4);
    assertThat(queried.out()).startsWith("INTACT BUT SIGNER UNKNOWN  ").endsWith("\nn \n--\n11\n(1 row)\n");
    assertThat(wrong.exit()).isEqualTo(64);
    assertThat(wrong.err()).contains("Referenced column \"nope\" not found").contains("line 1 column 8");
  }

  @Test
  void keyGivenOnTheCommandLineIsTrusted() throws Exception {
    String file = dir.resolve("t.parquet").toString();
    String key = dir.resolve("home/node.pub").toString();

    Esnode.Answer answer = stranger.run("analyze", "--key", key, file);

    assertThat(answer.exit()).as(answer.err()).isZero();
    assertThat(answer.out()).startsWith("TRUSTED SIGNER  ");
  }

  @Test
  void unsignedIsRefusedUnlessAskedForAndNeverExits0() throws Exception {
    Files.delete(dir.resolve("t.parquet.sigstore.json"));

    Esnode.Answer refused = esnode.run("analyze", "t.parquet");
    Esnode.Answer accepted = esnode.run("analyze", "--unsigned", "t.parquet");

    assertThat(refused.exit()).isEqualTo(3);
    assertThat(refused.out()).isEmpty();
    assertThat(refused.err()).startsWith("esnode: UNSIGNED t.parquet: ").contains("--unsigned");
    assertThat(accepted.exit()).isEqualTo(3);
    assertThat(accepted.out()).startsWith("UNSIGNED  t.parquet\n");
  }

  @Test
  void tamperedGivesNoAnswer() throws Exception {
    byte[] bytes = Files.readAllBytes(dir.resolve("t.parquet"));
    bytes[bytes.length / 2] ^= 1;
    Files.write(dir.resolve("t.parquet"), bytes);

    Esnode.Answer analyzed = esnode.run("analyze", "--unsigned", "t.parquet");
    Esnode.Answer queried = esnode.run("query", "--unsigned", "t.parquet", "SELECT 1");

    assertThat(analyzed.exit()).isEqualTo(2);
    assertThat(analyzed.out()).isEmpty();
    assertThat(analyzed.err()).startsWith("esnode: REFUSED t.parquet: ").hasLineCount(1);
    assertThat(queried.exit()).isEqualTo(2);
    assertThat(queried.out()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "5, analyze, text.parquet",
    "3, analyze, gone.parquet",
    "5, analyze, home",
    "5, analyze, t.parquet t.parquet",
    "64, analyze, ''",
    "64, analyze, --rule oom-kil t.parquet",
    "64, analyze, --as-of yesterday t.parquet",
    "64, analyze, --fail-on bad t.parquet",
    "74, analyze, --out gone/a.json t.parquet",
    "1, analyze, --fail-on info --rule recorder-gap --rule clock-step gap.parquet",
    "64, query, t.parquet",
    "64, query, --rule oom-kil t.parquet",
    "0, query, --rule oom-kill t.parquet"
  })
  void exitStatusSaysWhatWentWrong(int exit, String verb, String arguments) throws Exception {
    Files.writeString(dir.resolve("text.parquet"), "no bundle");
    List<String> words = new java.util.ArrayList<>(List.of(verb));
    words.addAll(List.of(arguments.replace("gap.parquet", "t.parquet").split(" ")));
    words.removeIf(String::isEmpty);

    Esnode.Answer answer = esnode.run(words.toArray(String[]::new));

    if (exit == 1) {
      // Whether this kernel lacks something is its own affair: with a gap 1, without one 0.
      assertThat(answer.exit()).isIn(0, 1);
    } else {
      assertThat(answer.exit()).as(answer.err()).isEqualTo(exit);
    }
    assertThat(answer.err()).doesNotContain("internal error").doesNotContain("\tat ");
  }

  @Test
  void misspeltRuleNamesTheNearest() throws Exception {
    assertThat(esnode.run("analyze", "--rule", "oom-kil", "t.parquet").err())
        .startsWith("esnode: no rule \"oom-kil\"; nearest: oom-kill, ");
  }

  @Test
  void sameRecordingAnalysedElsewhereGivesTheSameLedger() throws Exception {
    esnode.run("analyze", "--out", "a.json", "t.parquet");
    Path other = Files.createDirectories(dir.resolve("other"));
    for (String name : List.of("t.parquet", "t.parquet.sigstore.json")) {
      Files.copy(dir.resolve(name), other.resolve(name), StandardCopyOption.REPLACE_EXISTING);
    }

    esnode.run("analyze", "--out", "b.json", "other/t.parquet");

    assertThat(dir.resolve("b.json")).hasSameTextualContentAs(dir.resolve("a.json"));
  }

  @Test
  void rowsArriveAsCsvAndJsonWithTheStampOnTheSide() throws Exception {
    String sql = "SELECT '=1+1' AS f, -1 AS n, CAST(1.50 AS DECIMAL(9, 2)) AS d, 'a,\"b' AS q, chr(27) AS e";

    Esnode.Answer csv = esnode.run("query", "--format", "csv", "t.parquet", sql);
    Esnode.Answer json = esnode.run("query", "--format", "json", "t.parquet", sql);
    Esnode.Answer table = esnode.run("query", "t.parquet", sql);

    assertThat(csv.out()).isEqualTo("f,n,d,q,e\n'=1+1,-1,1.50,\"a,\"\"b\",\u001b\n");
    assertThat(csv.err()).isEqualTo("TRUSTED SIGNER  t.parquet (this node)\n");
    assertThat(json.out())
        .isEqualTo("{\"d\":\"1.50\",\"e\":\"\\u001b\",\"f\":\"=1+1\",\"n\":-1,\"q\":\"a,\\\"b\"}\n");
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

  private static Ledger ledger(Esnode.Answer answer) throws IOException {
    return Ledger.parse(answer.out().getBytes(StandardCharsets.UTF_8));
  }
}
