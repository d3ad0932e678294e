package io.esnode.cli;

import io.esnode.json.Json;
import io.esnode.json.JsonException;
import io.esnode.signature.ExitCode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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
final class DumpCommand implements Callable<Integer>, AskedRecorders.Question {
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
      names = "--reason",
      paramLabel = "TEXT",
      defaultValue = "esnode dump",
      description = "Stands in the recording.")
  private String reason = "esnode dump";

  @Mixin
  private AskedRecorders recorders = new AskedRecorders();

  @Override
  public Integer call() throws IOException {
    return recorders.ask(spec, this);
  }

  @Override
  public Json.Obj request() {
    Path target =
        out == null ? null : BundleTarget.checked(out).toAbsolutePath().normalize();
    return Json.object()
        .put("command", "dump")
        .put("last_ms", last.toMillis())
        .put("out", target == null ? null : target.toString())
        .put("why", Text.oneLine(reason))
        .build();
  }

  @Override
  public String schema() {
    return "esnode.dump/1";
  }

  @Override
  public String done(Json.Obj answer) throws JsonException {
    return "%s: %s to %s"
        .formatted(
            AskedRecorders.said(answer, "dumped"),
            moment(answer.integer("from_ts_us")),
            moment(answer.integer("to_ts_us")));
  }

  @Override
  public String notDone(Json.Obj answer) throws JsonException {
    return "NOT DONE (recorder %d): %s"
        .formatted(answer.integer("recorder_pid"), AskedRecorders.said(answer, "detail"));
  }

  @Override
  public String nobody(String under) {
    return "no ring that this user can reach%s; begin one with: esnode record --ring"
        .formatted(under);
  }

  @Override
  public int refused() {
    return ExitCode.CANNOT_WRITE;
  }

  private static Instant moment(long tsMicros) {
    return Instant.EPOCH.plus(tsMicros, ChronoUnit.MICROS).truncatedTo(ChronoUnit.SECONDS);
  }
}
