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

  /** What is asked, and what is said of the answers. */
  interface Question {
    Json.Obj request();

    /** Of the document that {@code --format json} prints. */
    String schema();

    /** An answer in words, for one who did what was asked. */
    String done(Json.Obj answer) throws JsonException;

    /** The same for one who did not. */
    default String notDone(Json.Obj answer) throws JsonException {
      return "NOT DONE: " + said(answer, "detail");
    }

    /** The answer after a look at whether it is true. */
    default Json.Obj checked(Json.Obj answer) throws JsonException {
      return answer;
    }

    /**
     * What is said where no recorder answers.
     *
     * @param under empty, or which ids were meant
     */
    default String nobody(String under) {
      return "no recorder that this user can reach runs" + under;
    }

    /** The status where one did not do it. */
    default int refused() {
      return ExitCode.CHECK_FAILED;
    }
  }

  /** Puts one answer into words. */
  @FunctionalInterface
  interface Words {
    String of(Json.Obj answer) throws JsonException;
  }

  /** Asks a plain question. */
  int ask(CommandSpec spec, Json.Obj request, String schema, Words words) throws IOException {
    return ask(spec, new Question() {
      @Override
      public Json.Obj request() {
        return request;
      }

      @Override
      public String schema() {
        return schema;
      }

      @Override
      public String done(Json.Obj answer) throws JsonException {
        return words.of(answer);
      }
    });
  }

  /**
   * Asks them and prints what they say.
   *
   * @return the exit status
   * @throws CommandException if there is none
   */
  int ask(CommandSpec spec, Question question) throws IOException {
    Path run = Home.of(System.getenv()).run();
    List<Json> answers = new ArrayList<>();
    boolean all = true;
    for (Map.Entry<Path, Json.Obj> each :
        RunningRecorders.ask(run, recorder, question.request()).entrySet()) {
      try {
        Json.Obj answer = question.checked(each.getValue());
        answers.add(answer);
        boolean done = answer.bool("done");
        all &= done;
        if (format == Format.human) {
          spec.commandLine()
              .getOut()
              .println(done ? question.done(answer) : question.notDone(answer));
        }
      } catch (JsonException e) {
        throw RunningRecorders.noAnswer(each.getKey(), e);
      }
    }
    if (format == Format.json) {
      spec.commandLine()
          .getOut()
          .print(Json.object()
              .put("schema", question.schema())
              .put("recorders", Json.array(answers))
              .build()
              .pretty());
    }
    if (answers.isEmpty()) {
      String under = recorder.isEmpty() ? "" : " under an id that begins with " + recorder;
      throw new CommandException(
          ExitCode.EVIDENCE_MISSING, "%s: %s".formatted(run, question.nobody(under)));
    }
    return all ? ExitCode.OK : question.refused();
  }

  /** A text of an answer, on its way to a terminal. */
  static String said(Json.Obj answer, String name) throws JsonException {
    return Text.oneLine(answer.text(name));
  }
}
