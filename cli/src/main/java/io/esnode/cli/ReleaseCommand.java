package io.esnode.cli;

import io.esnode.json.Json;
import io.esnode.json.JsonException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code esnode release}: has running recorders close the GPUs' devices, so that nothing blocks a repair. */
@Command(
    name = "release",
    description =
        "Have running recorders close every /dev/nvidia* descriptor; the rest of the recording goes on.",
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  esnode release                        before a reset, a driver update, a hot-unplug",
      "  esnode release --for 30m --reason 'board swap, slot 4'",
      "  esnode release --gpu GPU-1b2c…        one GPU; the others are recorded on",
      "  esnode release --end                  attach again now",
    })
final class ReleaseCommand implements Callable<Integer>, AskedRecorders.Question {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli injects it
  private CommandSpec spec;

  @Option(names = "--gpu", paramLabel = "UUID", description = "This GPU only.")
  private @Nullable String gpu;

  @Option(
      names = "--for",
      paramLabel = "D",
      converter = DurationConverter.class,
      defaultValue = "10m",
      description = "Attach again after this time; default: ${DEFAULT-VALUE}.")
  private Duration hold = Duration.ofMinutes(10);

  @Option(names = "--end", description = "Attach again now.")
  private boolean end;

  @Option(
      names = "--reason",
      paramLabel = "TEXT",
      defaultValue = "esnode release",
      description = "Stands in the recording.")
  private String reason = "esnode release";

  @Mixin
  private AskedRecorders recorders = new AskedRecorders();

  @Override
  public Integer call() throws IOException {
    return recorders.ask(spec, this);
  }

  @Override
  public Json.Obj request() {
    Json.Builder request = Json.object().put("command", end ? "attach" : "release");
    if (!end) {
      request.put("hold_ms", hold.toMillis()).put("why", Text.oneLine(reason));
    }
    return request.put("gpu", uuid()).build();
  }

  @Override
  public String schema() {
    return "esnode.release/1";
  }

  private @Nullable String uuid() {
    return gpu == null || !gpu.startsWith("gpu:") ? gpu : gpu.substring("gpu:".length());
  }

  /** What the recorder says is looked at: the descriptors of its processes are in /proc. */
  @Override
  public Json.Obj checked(Json.Obj answer) throws JsonException {
    boolean held = !end
        && (holdsDevice(answer.integer("child_pid"))
            || holdsDevice(answer.integer("recorder_pid")));
    return held
        ? Json.object()
            .put("done", false)
            .put("child_pid", answer.integer("child_pid"))
            .put("took_us", answer.integer("took_us"))
            .put("detail", "a /dev/nvidia* descriptor is still open: " + answer.text("detail"))
            .put("recorder_pid", answer.integer("recorder_pid"))
            .put("bundle", answer.text("bundle"))
            .build()
        : answer;
  }

  /** Whether a process has a device of the driver open; one that is gone has none. */
  static boolean holdsDevice(long pid) {
    try (DirectoryStream<Path> open =
        Files.newDirectoryStream(Path.of("/proc", Long.toString(pid), "fd"))) {
      for (Path descriptor : open) {
        if (isDevice(descriptor)) {
          return true;
        }
      }
      return false;
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean isDevice(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString().startsWith("/dev/nvidia");
    } catch (IOException e) {
      // Closed in the meantime.
      return false;
    }
  }

  @Override
  public String done(Json.Obj answer) throws JsonException {
    return words(end ? "attached" : "released", answer);
  }

  @Override
  public String notDone(Json.Obj answer) throws JsonException {
    return words("NOT DONE", answer);
  }

  private static String words(String what, Json.Obj answer) throws JsonException {
    long childPid = answer.integer("child_pid");
    return "%s %s (recorder %d): %s%s, %s s"
        .formatted(
            what,
            AskedRecorders.said(answer, "bundle"),
            answer.integer("recorder_pid"),
            childPid == 0 ? "" : "capture process %d: ".formatted(childPid),
            AskedRecorders.said(answer, "detail"),
            String.format(Locale.ROOT, "%.3f", answer.integer("took_us") / 1e6));
  }

  @Override
  public String nobody(String under) {
    return "no recorder of GPUs that this user can reach runs%s; nothing was done".formatted(under);
  }
}
