package io.esnode.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.esnode.bundle.BundleFile;
import io.esnode.bundle.Manifest;
import io.esnode.bundle.Sha256;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SIGHUP to recorders of this host; on a system without {@code /proc}, or where SIGHUP is ignored, the class is skipped. */
class ReloadingTest {
  private static final String BASE =
      "[record]\nno_gpu = true\nout = \"t.parquet\"\ninterval = \"50ms\"\n";

  @TempDir
  Path dir;

  private Esnode esnode;

  @BeforeEach
  void linux() throws IOException {
    Path status = Path.of("/proc/self/status");
    assumeThat(status).as("the kernel's /proc").exists();
    String ignored = Files.readString(status)
        .lines()
        .filter(line -> line.startsWith("SigIgn:"))
        .map(line -> line.substring(line.length() - 1))
        .findFirst()
        .orElse("0");
    assumeThat(Integer.parseInt(ignored, 16) & 1).as("SIGHUP is ignored").isZero();
    esnode = new Esnode(dir);
    Files.createDirectory(esnode.home());
  }

  private void config(String more) throws IOException {
    Files.writeString(dir.resolve("c.toml"), BASE + more);
  }

  private void hangUp(Process recorder) throws Exception {
    assertThat(new ProcessBuilder("kill", "-HUP", Long.toString(recorder.pid()))
            .start()
            .waitFor())
        .isZero();
  }

  private void awaitTalk(Process recorder, String text) throws Exception {
    Path err = dir.resolve("stderr");
    for (int i = 0; i < 600; i++) {
      if (Files.exists(err) && Files.readString(err).contains(text)) {
        return;
      }
      assertThat(recorder.isAlive()).as(Files.readString(err)).isTrue();
      TimeUnit.MILLISECONDS.sleep(50);
    }
    throw new IllegalStateException("never said: " + text + ": " + Files.readString(err));
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

  private String end(Process recorder) throws Exception {
    recorder.destroy();
    assertThat(recorder.waitFor(60, TimeUnit.SECONDS)).isTrue();
    Esnode.Answer answer = esnode.answer(recorder);
    assertThat(answer.exit()).as(answer.err()).isZero();
    return answer.err();
  }

  private List<String> query(String bundle, String sql) throws Exception {
    Esnode.Answer answer = esnode.run("query", "--format", "csv", bundle, sql);
    assertThat(answer.exit()).as(answer.err()).isZero();
    return answer.out().lines().skip(1).toList();
  }

  private Manifest manifest(String bundle) throws Exception {
    try (FileChannel channel = FileChannel.open(dir.resolve(bundle))) {
      return BundleFile.read(bundle, channel).manifest();
    }
  }

  @Test
  void hangUpAppliesWhatCanChangeAndNamesWhatCannot() throws Exception {
    config("rotate = \"4s\"\n");
    String before = Sha256.hex(dir.resolve("c.toml"));
    Path told = dir.resolve("told");
    Path bin = Files.createDirectories(dir.resolve("bin"));
    Path notify = Files.writeString(
        bin.resolve("systemd-notify"), "#!/bin/sh\necho \"$*\" >> '%s'\n".formatted(told));
    Files.setPosixFilePermissions(notify, PosixFilePermissions.fromString("rwxr-xr-x"));
    Process recorder = esnode.start(
        Map.of("NOTIFY_SOCKET", "/run/none", "PATH", bin + ":" + System.getenv("PATH")),
        "record",
        "--config",
        "c.toml");
    awaitSocket();

    config(
        "rotate = \"6s\"\nwatch_file = [\"c.toml\"]\ntrigger = [\"host.mem_total_bytes > 1\"]\n");
    String after = Sha256.hex(dir.resolve("c.toml"));
    hangUp(recorder);
    awaitTalk(recorder, "applied: trigger, watch_file; needs a restart: rotate");
    awaitSealed(recorder, sealed() + 1);
    end(recorder);

    List<String> bundles = bundles();
    String last = bundles.get(bundles.size() - 1);
    assertThat(said(bundles))
        .hasSize(2)
        .anyMatch(row -> row.equals("fired: host.mem_total_bytes > 1"))
        .anyMatch(row ->
            row.startsWith("partial: file c.toml: sha256 %s, was %s;".formatted(after, before)));
    assertThat(manifest(bundles.get(0)).config())
        .containsEntry("config.file", "c.toml")
        .containsEntry("config.file_sha256", before)
        .doesNotContainKey("trigger.1");
    assertThat(manifest(last).config())
        .containsEntry("config.file_sha256", after)
        .containsEntry("inventory.watched_files", "1")
        .containsEntry("trigger.1", "host.mem_total_bytes > 1");
    assertThat(Files.readAllLines(told))
        .anyMatch(line -> line.matches("RELOADING=1 MONOTONIC_USEC=[0-9]+"))
        .containsSubsequence("READY=1");
  }

  private long sealed() throws IOException {
    return Files.readString(dir.resolve("stderr"))
        .lines()
        .filter(l -> l.contains("sealed "))
        .count();
  }

  private void awaitSealed(Process recorder, long count) throws Exception {
    for (int i = 0; i < 600 && sealed() < count; i++) {
      assertThat(recorder.isAlive()).isTrue();
      TimeUnit.MILLISECONDS.sleep(50);
    }
    assertThat(sealed()).isGreaterThanOrEqualTo(count);
  }

  private List<String> bundles() throws IOException {
    try (Stream<Path> files = Files.list(dir)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".parquet"))
          .sorted()
          .toList();
    }
  }

  /** What was reloaded, and what fired. */
  private List<String> said(List<String> bundles) throws Exception {
    String sql = """
        SELECT outcome || ': ' || detail AS said FROM audit WHERE action = 'config.reloaded'
        UNION ALL SELECT 'fired: ' || reason FROM event WHERE event_class = 'trigger'
        """;
    List<String> said = new ArrayList<>();
    for (String bundle : bundles) {
      query(bundle, sql).forEach(row -> said.add(row.replace("\"", "")));
    }
    return said;
  }

  @Test
  void brokenFileChangesNothing() throws Exception {
    config("trigger = [\"host.mem_total_bytes < 1\"]\n");
    Process recorder = esnode.start("record", "--config", "c.toml");
    awaitSocket();

    config("trigger = [\"host.mem_total_bytes > 1\"]\nhold_of = \"1m\"\n");
    hangUp(recorder);
    awaitTalk(recorder, "no such key in [record], perhaps hold_off; everything stays as it was");
    Files.delete(dir.resolve("c.toml"));
    hangUp(recorder);
    awaitTalk(recorder, "no such file or directory; everything stays as it was");
    end(recorder);

    assertThat(said(List.of("t.parquet")))
        .hasSize(2)
        .allSatisfy(row -> assertThat(row).startsWith("refused: "));
  }

  @Test
  void withoutAFileHangUpEndsAndSeals() throws Exception {
    Process recorder =
        esnode.start("record", "--no-gpu", "--interval", "50ms", "--out", "t.parquet");
    awaitSocket();

    hangUp(recorder);

    assertThat(recorder.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(esnode.answer(recorder).err()).contains("sealed t.parquet");
    assertThat(manifest("t.parquet").config()).containsEntry("config.file", "none");
  }
}
