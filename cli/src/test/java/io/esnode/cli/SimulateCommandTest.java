package io.esnode.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.esnode.bundle.Sha256;
import io.esnode.signature.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code esnode simulate} as its users type it. */
class SimulateCommandTest {
  private static final String SCENARIO = """
      scenario: two-gpus
      title: A fan fails
      story: One of two GPUs warms.
      duration: 20s
      gpus: {count: 2}
      load:
        - {at: -10m, gpu: all, run: train}
      faults:
        - {at: 5s, gpu: 1, fault: airflow, to: 20 %}
      """;

  @TempDir
  Path dir;

  private Esnode here;

  @BeforeEach
  void write() throws IOException {
    here = new Esnode(dir);
    Files.createDirectory(here.home());
    Files.writeString(dir.resolve("two-gpus.yaml"), SCENARIO);
  }

  @Test
  void theSameSeedGivesTheSameBytesInEveryLanguage() throws Exception {
    here.run("simulate", "two-gpus.yaml", "--out", "turkish.parquet");
    List<String> thai = List.of(
        "-Duser.language=th",
        "-Duser.country=TH",
        "-Duser.variant=TH",
        "-Duser.timezone=Asia/Bangkok",
        "-Dfile.encoding=ISO-8859-1");
    Process process = ChildJvm.of(
            thai, List.of("simulate", "two-gpus.yaml", "--out", "thai.parquet"))
        .directory(dir.toFile())
        .start();

    assertThat(process.waitFor()).isZero();
    assertThat(Sha256.hex(dir.resolve("thai.parquet")))
        .isEqualTo(Sha256.hex(dir.resolve("turkish.parquet")));
  }

  @Test
  void anotherSeedIsAnotherRecording() throws Exception {
    here.run("simulate", "two-gpus.yaml", "--out", "one.parquet");
    here.run("simulate", "two-gpus.yaml", "--out", "two.parquet", "--seed", "2");

    assertThat(Sha256.hex(dir.resolve("two.parquet")))
        .isNotEqualTo(Sha256.hex(dir.resolve("one.parquet")));
  }

  @Test
  void whateverIsMadeFromItSaysSimulated() throws Exception {
    Esnode.Answer simulated = here.run("simulate", "two-gpus.yaml", "--out", "s.parquet");
    Esnode.Answer analyzed = here.run("analyze", "s.parquet");
    Esnode.Answer verified = here.run("verify", "s.parquet");

    assertThat(simulated.exit()).as(simulated.err()).isZero();
    assertThat(simulated.err()).contains("SIMULATED: scenario two-gpus, seed 1");
    assertThat(analyzed.out().lines().skip(1).findFirst().orElseThrow()).startsWith("SIMULATED");
    assertThat(verified.out()).contains("SIMULATED");
  }

  @Test
  void aBrokenScenarioIsOneLineAndLeavesNothingBehind() throws Exception {
    Files.writeString(dir.resolve("two-gpus.yaml"), SCENARIO.replace("airflow", "airflw"));

    Esnode.Answer answer = here.run("simulate", "two-gpus.yaml", "--out", "s.parquet");

    assertThat(answer.exit()).isEqualTo(ExitCode.MALFORMED);
    assertThat(answer.out()).isEmpty();
    assertThat(answer.err().lines()).hasSize(1);
    assertThat(answer.err())
        .startsWith(
            "esnode: two-gpus.yaml:9:29: fault: found \"airflw\" (did you mean airflow?), expected");
    assertThat(Files.exists(dir.resolve("s.parquet.spool"))).isFalse();
  }

  @Test
  void whatIsNotThereOrIsNoFileIsSaidInOneLine() throws Exception {
    assertThat(here.run("simulate", "absent.yaml").err())
        .isEqualTo("esnode: absent.yaml: no such file or directory\n");
    assertThat(here.run("simulate", ".").exit()).isEqualTo(ExitCode.MALFORMED);
  }

  @Test
  void theTimelineCanBeHad() throws Exception {
    Esnode.Answer answer = here.run("simulate", "two-gpus.yaml", "--timeline", "t.txt");

    assertThat(answer.exit()).as(answer.err()).isZero();
    assertThat(Files.readString(dir.resolve("t.txt"))).startsWith("esnode.timeline/1\n");
  }
}
