package io.esnode.cli;

import io.esnode.json.Json;
import io.esnode.kernel.PrintableText;
import io.esnode.signature.ExitCode;
import io.esnode.trigger.Triggers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code esnode mark}: writes a text into the recordings that run. */
@Command(
    name = "mark",
    description = "Write a text, and the moment, into this user's recordings that run.",
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  esnode mark \"epoch 3 begins\"",
      "  esnode mark --recorder 0199 \"fan 2 replaced\"",
    })
final class MarkCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli injects it
  private CommandSpec spec;

  @Mixin
  private AskedRecorders recorders = new AskedRecorders();

  @Parameters(paramLabel = "TEXT", description = "What happened; at most 1 KiB.")
  private String text = "";

  @Override
  public Integer call() throws IOException {
    String clean = checked("the text of the mark", text);
    return recorders.ask(
        spec,
        Json.object().put("command", "mark").put("text", clean).build(),
        "esnode.mark/1",
        answer -> "marked %s".formatted(AskedRecorders.said(answer, "bundle")));
  }

  /** A text of the user's as a recording holds it. */
  static String checked(String what, String text) {
    String clean = PrintableText.of(text.strip());
    int bytes = clean.getBytes(StandardCharsets.UTF_8).length;
    if (clean.isEmpty() || bytes > Triggers.LONGEST_TEXT) {
      throw new CommandException(
          ExitCode.USAGE,
          "%s: found %d bytes, expected 1 to %d".formatted(what, bytes, Triggers.LONGEST_TEXT));
    }
    return clean;
  }
}
