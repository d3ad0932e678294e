package io.esnode.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.esnode.bundle.Sha256;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code record --mllog -- COMMAND} with commands that run. */
class PassedOutputTest {
  @TempDir
  Path dir;

  private Esnode esnode;

  @BeforeEach
  void inDirectory() {
    esnode = new Esnode(dir);
  }

  @Test
  void outputPassesByteForByteAndItsLinesAreRows() throws Exception {
    byte[] output = new byte[3 << 20];
    for (int i = 0; i < output.length; i++) {
      output[i] = (byte) ((i * 2654435761L) >>> 13);
    }
    // Said before the recording: the time is the line's own.
    byte[] line = ("\n" + line(System.currentTimeMillis())).getBytes(UTF_8);
    System.arraycopy(line, 0, output, 1 << 20, line.length);
    Files.write(dir.resolve("output"), output);

    Process recorder = esnode.start(
        "record",
        "--no-gpu",
        "--interval",
        "50ms",
        "--out",
        "t.parquet",
        "--mllog",
        "--",
        "sh",
        "-c",
        "cat output; exit 3");

    assertThat(recorder.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(recorder.exitValue()).isEqualTo(3);
    assertThat(Sha256.hex(dir.resolve("stdout"))).isEqualTo(Sha256.hex(dir.resolve("output")));
    assertThat(esnode
            .run(
                "query",
                "t.parquet",
                "SELECT reason, event_type, value, origin FROM event WHERE event_class = 'mllog'")
            .out())
        .contains("eval_accuracy", "POINT_IN_TIME", "0.75", "pre_record");
    assertThat(esnode
            .run("query", "t.parquet", "SELECT detail FROM audit WHERE action = 'mllog.read'")
            .out())
        .contains("1 records; 1 recorded");
  }

  /** As it would end without us: by the signal that a closed pipe sends. */
  @Test
  void commandWhoseReaderHasGoneEnds() throws Exception {
    Files.createDirectories(esnode.home());
    ProcessBuilder builder = ChildJvm.of(
            ChildJvm.RECORDER,
            java.util.List.of(
                "record",
                "--no-gpu",
                "--interval",
                "50ms",
                "--out",
                "t.parquet",
                "--mllog",
                "--",
                "yes"))
        .directory(dir.toFile());
    builder.environment().put("ESNODE_HOME", esnode.home().toString());
    builder.redirectError(dir.resolve("stderr").toFile());
    Process recorder = builder.start();
    try (InputStream out = recorder.getInputStream()) {
      assertThat(out.readNBytes(2)).isEqualTo("y\n".getBytes(UTF_8));
    }

    assertThat(recorder.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(recorder.exitValue()).isEqualTo(141);
    assertThat(dir.resolve("t.parquet")).exists();
  }

  @Test
  void withoutACommandThereIsNothingToRead() throws Exception {
    Esnode.Answer answer = esnode.run("record", "--mllog", "--out", "t.parquet");

    assertThat(answer.exit()).isEqualTo(64);
    assertThat(answer.err()).contains("--mllog: there is no command");
  }

  /** Its output needs us until it ends. */
  @Test
  void terminatedRecorderPassesOnUntilTheCommandEnds() throws Exception {
    Process recorder = esnode.start(
        "record",
        "--no-gpu",
        "--interval",
        "50ms",
        "--out",
        "t.parquet",
        "--mllog",
        "--",
        "sh",
        "-c",
        "echo first; while ! test -e go; do sleep 0.1; done; echo last; exit 5");
    while (!Files.exists(dir.resolve("stdout")) || Files.size(dir.resolve("stdout")) == 0) {
      Thread.sleep(20);
    }
    recorder.destroy();
    while (!Files.exists(dir.resolve("t.parquet"))) {
      Thread.sleep(20);
    }
    Files.createFile(dir.resolve("go"));

    assertThat(recorder.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(recorder.exitValue()).isEqualTo(5);
    assertThat(dir.resolve("stdout")).hasContent("first\nlast\n");
  }

  private static String line(long millis) {
    return ":::MLLOG {\"namespace\": \"\", \"time_ms\": %d, \"event_type\": \"POINT_IN_TIME\", \"key\": \"eval_accuracy\", \"value\": 0.75, \"metadata\": {}}\n"
        .formatted(millis);
  }
}
