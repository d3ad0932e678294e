package io.esnode.cli;

import io.esnode.json.Json;
import io.esnode.json.JsonException;
import io.esnode.signature.ExitCode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** Options and answers of the commands that ask all of this user's recorders. */
final class AskedRecorders {
  @Option(
      names = "--recorder",
      paramLabel = "ID",
      description = "Only the recording whose id begins so; default: all of this user's.")
  private String recorder = "";

  @Option(
      names = "--format",
      paramLabel = "human|json",
      defaultValue = "human",
      description = "How to say what was done.")
  private Format format = Format.human;

  /** Puts one answer into words. */
  @FunctionalInterface
  interface Words {
    String of(Json.Obj answer) throws JsonException;
  }

  /**
   * Asks them and prints what they say.
   *
   * @param schema of the document that {@code --format json} prints
   * @return the exit status
   * @throws CommandException if there is none
   */
  int ask(CommandSpec spec, Json.Obj request, String schema, Words words) throws IOException {
    Path run = Home.of(System.getenv()).run();
    List<Json> answers = new ArrayList<>();
    boolean all = true;
    for (Map.Entry<Path, Json.Obj> each :
        RunningRecorders.ask(run, recorder, request).entrySet()) {
      try {
        Json.Obj answer = each.getValue();
        answers.add(answer);
        boolean done = answer.bool("done");
        all &= done;
        if (format == Format.human) {
          spec.commandLine()
              .getOut()
              .println(done ? words.of(answer) : "NOT DONE: " + said(answer, "detail"));
        }
      } catch (JsonException e) {
        throw RunningRecorders.noAnswer(each.getKey(), e);
      }
    }
    if (format == Format.json) {
      spec.commandLine()
          .getOut()
          .print(Json.object()
              .put("schema", schema)
              .put("recorders", Json.array(answers))
              .build()
              .pretty());
    }
    if (answers.isEmpty()) {
      throw new CommandException(
          ExitCode.EVIDENCE_MISSING,
          "%s: no recorder that this user can reach runs%s"
              .formatted(
                  run, recorder.isEmpty() ? "" : " under an id that begins with " + recorder));
    }
    return all ? ExitCode.OK : ExitCode.CHECK_FAILED;
  }

  /** A text of an answer, on its way to a terminal. */
  static String said(Json.Obj answer, String name) throws JsonException {
    return Text.oneLine(answer.text(name));
  }
}
