package io.esnode.cli;

import io.esnode.json.Json;
import io.esnode.json.JsonException;
import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code esnode status}: how the recordings do that run. */
@Command(
    name = "status",
    description = "Say which of this user's recordings run, what they have, and what they cost.",
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  esnode status",
      "  esnode status --format json",
    })
final class StatusCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli injects it
  private CommandSpec spec;

  @Mixin
  private AskedRecorders recorders = new AskedRecorders();

  @Override
  public Integer call() throws IOException {
    return recorders.ask(
        spec,
        Json.object().put("command", "status").build(),
        "esnode.status/1",
        StatusCommand::words);
  }

  /** Five lines of one recording. */
  private static String words(Json.Obj answer) throws JsonException {
    Json.Obj ticks = answer.obj("ticks");
    long captured = ticks.integer("captured");
    StringBuilder text = new StringBuilder("%s (recorder %d, recording %s) since %s, every %s ms%n"
        .formatted(
            AskedRecorders.said(answer, "bundle"),
            answer.integer("recorder_pid"),
            AskedRecorders.said(answer, "recording_id"),
            AskedRecorders.said(answer, "since"),
            decimal(answer.integer("interval_us"), 1_000)));
    text.append("  ticks    %d captured, %d late, %d dropped, %d missed%n"
        .formatted(
            captured, ticks.integer("late"), ticks.integer("dropped"), ticks.integer("missed")));
    text.append("  spool    %s MiB, %d frames wait for the disk%n"
        .formatted(
            decimal(answer.integer("spool_bytes"), 1 << 20), answer.integer("queued_frames")));
    text.append("  cost     %s, %s%n"
        .formatted(
            cpu(answer.integerOrNull("cpu_ms"), captured),
            resident(answer.integerOrNull("rss_bytes"))));
    text.append("  GPUs     %d%n".formatted(answer.arr("gpus").texts().size()));
    text.append("  trigger  ").append(lastTrigger(answer));
    return text.toString();
  }

  private static String cpu(@Nullable Long cpuMs, long ticks) {
    if (cpuMs == null) {
      return "CPU time not known";
    }
    String each = ticks == 0 ? "" : ", %s ms a tick".formatted(decimal(cpuMs, ticks));
    return "%d ms of CPU since the start%s".formatted(cpuMs, each);
  }

  private static String resident(@Nullable Long bytes) {
    return bytes == null
        ? "memory not known"
        : "%s MiB resident".formatted(decimal(bytes, 1 << 20));
  }

  private static String lastTrigger(Json.Obj answer) throws JsonException {
    if (!answer.has("last_trigger")) {
      return "none fired";
    }
    Json.Obj last = answer.obj("last_trigger");
    return "%s at %s on %s: %s"
        .formatted(
            AskedRecorders.said(last, "trigger"),
            AskedRecorders.said(last, "ts"),
            AskedRecorders.said(last, "entity"),
            AskedRecorders.said(last, "observed"));
  }

  private static String decimal(long value, long divisor) {
    return String.format(Locale.ROOT, "%.1f", (double) value / divisor);
  }
}
