package io.esnode.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Programs that are run for sealed bundles, and the signal that makes one; on a system without {@code /proc} skipped. */
class OnSealTest {
  @TempDir
  Path dir;

  private Esnode esnode;

  @BeforeEach
  void linux() throws IOException {
    assumeThat(Path.of("/proc/self/stat")).as("the kernel's /proc").exists();
    esnode = new Esnode(dir);
    Files.createDirectory(esnode.home());
  }

  private String program(String body) throws IOException {
    Path program = Files.writeString(dir.resolve("hook"), "#!/bin/sh\n" + body + "\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    return program.toString();
  }

  @Test
  void programIsToldOfTheBundleAndItsSidecarWhenBothAreThere() throws Exception {
    String hook = program(
        "test -f \"$1\" && test -f \"$2\" && echo \"$# $ESNODE_REASON\" && echo \"$ESNODE_BUNDLE $ESNODE_SIDECAR $ESNODE_RECORDING_ID\" > told");

    Esnode.Answer recorded = esnode.run(
        "record",
        "--no-gpu",
        "--interval",
        "50ms",
        "--duration",
        "200ms",
        "--on-seal",
        hook,
        "--format",
        "json",
        "--out",
        "t.parquet");

    assertThat(recorded.exit()).as(recorded.err()).isZero();
    assertThat(recorded.err()).contains("esnode: on-seal: 2 manual");
    assertThat(recorded.out()).doesNotContain("manual");
    assertThat(Files.readString(dir.resolve("told")))
        .startsWith(dir.resolve("t.parquet") + " " + dir.resolve("t.parquet.sigstore.json") + " ");
  }

  @Test
  void programThatFailsOrHangsEndsNoRecording() throws Exception {
    String hook = program("case $1 in *000000*) exit 3;; *) sleep 60;; esac");

    Esnode.Answer recorded = esnode.run(
        "record",
        "--no-gpu",
        "--interval",
        "50ms",
        "--rotate",
        "3s",
        "--duration",
        "7s",
        "--on-seal",
        hook,
        "--on-seal-timeout",
        "200ms",
        "--out",
        "t.parquet");

    assertThat(recorded.exit()).as(recorded.err()).isZero();
    assertThat(recorded.err())
        .contains(
            "--on-seal for t-000000.parquet: ended with status 3",
            "--on-seal for t-000001.parquet: took longer than 0.2s, was ended");
  }

  @Test
  void whatIsNoProgramIsRefusedBeforeAnythingIsRecorded() throws Exception {
    Esnode.Answer missing = esnode.run("record", "--on-seal", "upload", "--out", "t.parquet");
    Files.writeString(dir.resolve("plain"), "text");
    Esnode.Answer plain = esnode.run("record", "--on-seal", "plain", "--out", "t.parquet");

    assertThat(missing.exit()).isEqualTo(64);
    assertThat(missing.err()).contains("--on-seal upload: not there; name a program by its path");
    assertThat(plain.err()).contains("--on-seal plain: cannot be executed");
    assertThat(dir.resolve("t.parquet.spool")).doesNotExist();
  }

  @Test
  void signalMakesABundleOfTheRing() throws Exception {
    Path ring = Files.createDirectory(dir.resolve("ring"));
    String hook = program("echo \"sealed for $ESNODE_REASON\"");
    Process recorder = esnode.start(
        "record",
        "--no-gpu",
        "--ring",
        "--interval",
        "50ms",
        "--keep",
        "5s",
        "--after",
        "100ms",
        "--on-seal",
        hook,
        "--out",
        "ring");
    await(recorder, "recording to ");
    awaitSocket();

    new ProcessBuilder("kill", "-USR1", Long.toString(recorder.pid())).start().waitFor();

    await(recorder, "on-seal: sealed for trigger");
    recorder.destroy();
    assertThat(recorder.waitFor(60, TimeUnit.SECONDS)).isTrue();
    try (Stream<Path> files = Files.list(ring)) {
      List<String> bundles = files
          .filter(file -> file.toString().endsWith(".parquet"))
          .map(file -> dir.relativize(file).toString())
          .toList();
      assertThat(bundles).hasSize(1);
      Esnode.Answer fired = esnode.run(
          "query",
          "--format",
          "csv",
          bundles.get(0),
          "SELECT reason, text FROM event WHERE event_class = 'trigger'");
      assertThat(fired.out()).contains("signal,fired by hand");
    }
  }

  private void awaitSocket() throws Exception {
    Path run = esnode.home().resolve("run");
    for (int i = 0; i < 600; i++) {
      if (Files.isDirectory(run)) {
        try (Stream<Path> sockets = Files.list(run)) {
          if (sockets.findAny().isPresent()) {
            return;
          }
        }
      }
      TimeUnit.MILLISECONDS.sleep(50);
    }
    throw new IllegalStateException("no recorder came up");
  }

  private void await(Process recorder, String text) throws Exception {
    Path err = dir.resolve("stderr");
    for (int i = 0; i < 1200; i++) {
      if (Files.exists(err) && Files.readString(err).contains(text)) {
        return;
      }
      assertThat(recorder.isAlive()).as(Files.readString(err)).isTrue();
      TimeUnit.MILLISECONDS.sleep(50);
    }
    throw new IllegalStateException("never said: " + text + ": " + Files.readString(err));
  }
}
