package io.esnode.cli;

import io.esnode.json.Json;
import io.esnode.recorder.Progress;
import io.esnode.recorder.Recorder;
import io.esnode.spool.SpoolHeader;
import io.esnode.spool.SpoolWriter;
import io.esnode.trigger.Firing;
import io.esnode.trigger.Triggers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a running recorder says of itself when it is asked. */
final class RecorderStatus {
  private static final Pattern VM_RSS = Pattern.compile("(?m)^VmRSS:\\s+([0-9]{1,15}) kB$");

  private final SpoolHeader header;
  private final Recorder recorder;
  private final SpoolWriter spool;
  private final Triggers triggers;
  private final Supplier<? extends Collection<String>> gpus;

  /** @param gpus entities of those that are captured at the moment */
  RecorderStatus(
      SpoolHeader header,
      Recorder recorder,
      SpoolWriter spool,
      Triggers triggers,
      Supplier<? extends Collection<String>> gpus) {
    this.header = header;
    this.recorder = recorder;
    this.spool = spool;
    this.triggers = triggers;
    this.gpus = gpus;
  }

  /** {@code status}. */
  Map<String, RecorderCommand> commands() {
    return Map.of("status", request -> answer());
  }

  private Json.Builder answer() {
    Progress progress = recorder.progress();
    Json.Builder answer = Json.object()
        .put("done", true)
        .put("recording_id", header.recordingId())
        .put("since", time(header.startTs()))
        .put("interval_us", header.intervalNanos() / 1_000)
        .put(
            "ticks",
            Json.object()
                .put("captured", progress.captured())
                .put("late", progress.late())
                .put("dropped", progress.dropped())
                .put("missed", progress.missed())
                .build())
        .put("queued_frames", spool.queued())
        .put("spool_bytes", spool.writtenBytes());
    ProcessHandle.current()
        .info()
        .totalCpuDuration()
        .map(Duration::toMillis)
        .ifPresent(cpuMs -> answer.put("cpu_ms", cpuMs));
    residentBytes().ifPresent(bytes -> answer.put("rss_bytes", bytes));
    answer.put("gpus", Json.strings(List.copyOf(gpus.get())));
    triggers.last().ifPresent(firing -> answer.put("last_trigger", json(firing)));
    return answer;
  }

  private static Json.Obj json(Firing firing) {
    return Json.object()
        .put("trigger", firing.trigger())
        .put("entity", firing.entity())
        .put("observed", firing.observed())
        .put("ts", time(firing.tsMicros()))
        .build();
  }

  private static String time(long tsMicros) {
    return Instant.EPOCH.plus(tsMicros, ChronoUnit.MICROS).toString();
  }

  private static OptionalLong residentBytes() {
    try {
      return residentBytes(Files.readString(Path.of("/proc/self/status")));
    } catch (IOException e) {
      return OptionalLong.empty();
    }
  }

  /** Of the text of {@code /proc/PID/status}. */
  static OptionalLong residentBytes(String status) {
    Matcher found = VM_RSS.matcher(status);
    return found.find()
        ? OptionalLong.of(Long.parseLong(found.group(1)) << 10)
        : OptionalLong.empty();
  }
}
