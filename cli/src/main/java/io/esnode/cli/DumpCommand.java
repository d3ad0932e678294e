package io.esnode.cli;

import io.esnode.json.Json;
import io.esnode.json.JsonException;
import io.esnode.signature.ExitCode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code esnode dump}: has running rings seal what they hold of the last minutes. */
@Command(
    name = "dump",
    description = "Make a signed bundle of the last minutes of a running 'esnode record --ring'.",
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  esnode dump --last 10m",
      "  esnode dump --last 2m --out hang.parquet --reason 'rank 7 hangs in all-reduce'",
    })
final class DumpCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli injects it
  private CommandSpec spec;

  @Option(
      names = "--last",
      paramLabel = "D",
      converter = DurationConverter.class,
      defaultValue = "10m",
      description = "How far back, as far as the ring reaches; default: ${DEFAULT-VALUE}.")
  private Duration last = Duration.ofMinutes(10);

  @Option(
      names = "--out",
      paramLabel = "F",
      description =
          "Bundle to write, where the recorder may; default: the next name of its stream, beside its spool.")
  private @Nullable Path out;

  @Option(
      names = "--recorder",
      paramLabel = "ID",
      description = "Only the recording whose id begins so; default: all of this user's.")
  private String recorder = "";

  @Option(
      names = "--reason",
      paramLabel = "TEXT",
      defaultValue = "esnode dump",
      description = "Stands in the recording.")
  private String reason = "esnode dump";

  @Option(
      names = "--format",
      paramLabel = "human|json",
      defaultValue = "human",
      description = "How to say what was done.")
  private Format format = Format.human;

  @Override
  public Integer call() throws IOException {
    Path run = Home.of(System.getenv()).run();
    Path target =
        out == null ? null : BundleTarget.checked(out).toAbsolutePath().normalize();
    Json.Obj request = Json.object()
        .put("command", "dump")
        .put("last_ms", last.toMillis())
        .put("out", target == null ? null : target.toString())
        .put("why", Text.oneLine(reason))
        .build();
    List<Json> answers = new ArrayList<>();
    boolean all = true;
    for (Map.Entry<Path, Json.Obj> each :
        RunningRecorders.ask(run, recorder, request).entrySet()) {
      try {
        answers.add(each.getValue());
        all &= say(each.getValue());
      } catch (JsonException e) {
        throw RunningRecorders.noAnswer(each.getKey(), e);
      }
    }
    if (format == Format.json) {
      spec.commandLine()
          .getOut()
          .print(Json.object()
              .put("schema", "esnode.dump/1")
              .put("recorders", Json.array(answers))
              .build()
              .pretty());
    }
    if (answers.isEmpty()) {
      throw new CommandException(
          ExitCode.EVIDENCE_MISSING,
          "%s: no ring that this user can reach%s; begin one with: esnode record --ring"
              .formatted(
                  run, recorder.isEmpty() ? "" : " under an id that begins with " + recorder));
    }
    return all ? ExitCode.OK : ExitCode.CANNOT_WRITE;
  }

  private boolean say(Json.Obj answer) throws JsonException {
    boolean done = answer.bool("done");
    if (format == Format.human) {
      spec.commandLine()
          .getOut()
          .println(
              done
                  ? "%s: %s to %s"
                      .formatted(
                          Text.oneLine(answer.text("dumped")),
                          moment(answer.integer("from_ts_us")),
                          moment(answer.integer("to_ts_us")))
                  : "NOT DONE (recorder %d): %s"
                      .formatted(
                          answer.integer("recorder_pid"), Text.oneLine(answer.text("detail"))));
    }
    return done;
  }

  private static Instant moment(long tsMicros) {
    return Instant.EPOCH.plus(tsMicros, ChronoUnit.MICROS).truncatedTo(ChronoUnit.SECONDS);
  }
}
