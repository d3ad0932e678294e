package io.esnode.cli;

import io.esnode.json.Json;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code esnode trigger}: fires in the recordings that run as if a condition had come true. */
@Command(
    name = "trigger",
    description = "Fire in this user's recordings that run, as a --trigger does that comes true.",
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  esnode trigger",
      "  esnode trigger \"job 4711 hangs\"",
    })
final class TriggerCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli injects it
  private CommandSpec spec;

  @Mixin
  private AskedRecorders recorders = new AskedRecorders();

  @Parameters(
      arity = "0..1",
      paramLabel = "NAME",
      defaultValue = "manual",
      description = "Stands in the recording as the trigger; default: ${DEFAULT-VALUE}.")
  private String name = "manual";

  @Override
  public Integer call() throws IOException {
    String clean = MarkCommand.checked("the name of the trigger", name);
    return recorders.ask(
        spec,
        Json.object().put("command", "trigger").put("name", clean).build(),
        "esnode.trigger/1",
        answer -> "fired in %s".formatted(AskedRecorders.said(answer, "bundle")));
  }
}
