package io.esnode.cli;

import io.esnode.json.Json;
import io.esnode.json.JsonException;
import io.esnode.signature.ExitCode;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
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
final class ReleaseCommand implements Callable<Integer> {
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
      names = "--recorder",
      paramLabel = "ID",
      description = "Only the recording whose id begins so; default: all of this user's.")
  private String recorder = "";

  @Option(
      names = "--reason",
      paramLabel = "TEXT",
      defaultValue = "esnode release",
      description = "Stands in the recording.")
  private String reason = "esnode release";

  @Option(
      names = "--format",
      paramLabel = "human|json",
      defaultValue = "human",
      description = "How to say what was done.")
  private Format format = Format.human;

  @Override
  public Integer call() throws IOException {
    Path run = Home.of(System.getenv()).run();
    List<Json> answers = new ArrayList<>();
    boolean all = true;
    for (Map.Entry<Path, Json.Obj> each :
        RunningRecorders.ask(run, recorder, request()).entrySet()) {
      try {
        Json.Obj answer = checked(each.getValue());
        answers.add(answer);
        all &= say(answer);
      } catch (JsonException e) {
        throw RunningRecorders.noAnswer(each.getKey(), e);
      }
    }
    if (format == Format.json) {
      spec.commandLine()
          .getOut()
          .print(Json.object()
              .put("schema", "esnode.release/1")
              .put("recorders", Json.array(answers))
              .build()
              .pretty());
    }
    if (answers.isEmpty()) {
      throw new CommandException(
          ExitCode.EVIDENCE_MISSING,
          "%s: no recorder of GPUs that this user can reach runs%s; nothing was done"
              .formatted(
                  run, recorder.isEmpty() ? "" : " under an id that begins with " + recorder));
    }
    return all ? ExitCode.OK : ExitCode.CHECK_FAILED;
  }

  private Json.Obj request() {
    Json.Builder request = Json.object().put("command", end ? "attach" : "release");
    if (!end) {
      request.put("hold_ms", hold.toMillis()).put("why", Text.oneLine(reason));
    }
    return request.put("gpu", uuid()).build();
  }

  private @Nullable String uuid() {
    return gpu == null || !gpu.startsWith("gpu:") ? gpu : gpu.substring("gpu:".length());
  }

  /** What the recorder says is looked at: the descriptors of its processes are in /proc. */
  private Json.Obj checked(Json.Obj answer) throws JsonException {
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

  private boolean say(Json.Obj answer) throws JsonException {
    boolean done = answer.bool("done");
    if (format == Format.human) {
      long childPid = answer.integer("child_pid");
      spec.commandLine()
          .getOut()
          .println("%s %s (recorder %d): %s%s, %s s"
              .formatted(
                  done ? end ? "attached" : "released" : "NOT DONE",
                  Text.oneLine(answer.text("bundle")),
                  answer.integer("recorder_pid"),
                  childPid == 0 ? "" : "capture process %d: ".formatted(childPid),
                  Text.oneLine(answer.text("detail")),
                  String.format(Locale.ROOT, "%.3f", answer.integer("took_us") / 1e6)));
    }
    return done;
  }
}
