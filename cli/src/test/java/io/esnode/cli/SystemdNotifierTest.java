package io.esnode.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The recorder under systemd, in whose place a systemd-notify(1) stands that writes down what it was told. */
class SystemdNotifierTest {
  @TempDir
  private Path directory;

  private List<String> told(Map<String, String> environment, String... arguments) throws Exception {
    Path log = directory.resolve("told");
    Path bin = Files.createDirectories(directory.resolve("bin"));
    Path notify = Files.writeString(
        bin.resolve("systemd-notify"), "#!/bin/sh\necho \"$*\" >> '%s'\n".formatted(log));
    Files.setPosixFilePermissions(notify, PosixFilePermissions.fromString("rwxr-xr-x"));
    Map<String, String> all = new HashMap<>(environment);
    all.put("PATH", bin + ":" + System.getenv("PATH"));
    Esnode.Answer answer = new Esnode(directory).run(all, arguments);
    assertThat(answer.exit()).as(answer.err()).isZero();
    return Files.exists(log) ? Files.readAllLines(log) : List.of();
  }

  @Test
  void systemdIsToldOfTheBeginningTheLifeAndTheEnd() throws Exception {
    List<String> told = told(
        Map.of("NOTIFY_SOCKET", "/run/none", "WATCHDOG_USEC", "300000"),
        "record",
        "--no-gpu",
        "--interval",
        "100ms",
        "--duration",
        "1500ms",
        "--out",
        "t.parquet");

    assertThat(told.get(0)).isEqualTo("READY=1 STATUS=recording to t.parquet");
    assertThat(told).contains("WATCHDOG=1");
    assertThat(told)
        .containsSubsequence(
            "WATCHDOG=1", "STOPPING=1 STATUS=sealing EXTEND_TIMEOUT_USEC=300000000");
  }

  @Test
  void watchdogOfAnotherProcessIsNotFed() throws Exception {
    List<String> told = told(
        Map.of("NOTIFY_SOCKET", "/run/none", "WATCHDOG_USEC", "100000", "WATCHDOG_PID", "1"),
        "record",
        "--no-gpu",
        "--interval",
        "100ms",
        "--duration",
        "600ms",
        "--out",
        "t.parquet");

    assertThat(told).doesNotContain("WATCHDOG=1").anyMatch(line -> line.startsWith("READY=1"));
  }

  @Test
  void nobodyIsToldWhereNobodyAsked() throws Exception {
    assertThat(told(
            Map.of("WATCHDOG_USEC", "100000"),
            "record",
            "--no-gpu",
            "--interval",
            "100ms",
            "--duration",
            "300ms",
            "--out",
            "t.parquet"))
        .isEmpty();
  }
}
