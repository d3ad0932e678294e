package io.esnode.cli;

import io.esnode.json.Json;
import io.esnode.recorder.Recorder;
import io.esnode.source.Clock;
import io.esnode.source.Failure;
import io.esnode.trigger.Trigger;
import io.esnode.trigger.Triggers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/** The triggers of a recording that runs, as its user sees them. */
final class RunningTriggers {
  private final List<Trigger> declared;
  private final Triggers triggers;
  private final Clock clock;

  RunningTriggers(List<Trigger> declared, Triggers triggers, Clock clock) {
    this.declared = List.copyOf(declared);
    this.triggers = triggers;
    this.clock = clock;
  }

  /** What the configuration is to say. */
  static Map<String, String> config(List<Trigger> declared, Duration holdOff) {
    Map<String, String> config = new TreeMap<>();
    for (int i = 0; i < declared.size(); i++) {
      config.put("trigger." + (i + 1), declared.get(i).text());
    }
    if (!declared.isEmpty()) {
      config.put("trigger.hold_off", holdOff.toString());
    }
    return config;
  }

  /**
   * Says of each whether it can fire on this host: to the recording, and of those that cannot to the user.
   *
   * @param missing what the sources of this host lack
   */
  void introduce(
      List<Failure> missing, boolean runsCommand, Recorder recorder, Consumer<String> talk) {
    Map<Trigger, String> idle = triggers.idle(missing, runsCommand);
    for (Trigger trigger : declared) {
      String why = idle.get(trigger);
      recorder.audit(
          "trigger.armed",
          why == null ? "success" : "failure",
          why == null ? trigger.text() : "%s: cannot fire: %s".formatted(trigger.text(), why),
          null);
      if (why != null) {
        talk.accept("--trigger '%s' cannot fire: %s".formatted(trigger.text(), why));
      }
    }
  }

  /** Takes the status of the recorded command. */
  IntConsumer onExit() {
    return status -> triggers.ended(status, clock.now());
  }

  /** {@code mark} and {@code trigger}. */
  Map<String, RecorderCommand> commands() {
    return Map.of(
        "mark",
        request -> {
          boolean done = triggers.mark(request.text("text"), clock.now());
          return Json.object()
              .put("done", done)
              .put("detail", done ? "marked" : "the spool had no room for it");
        },
        "trigger",
        request -> {
          triggers.byHand(request.text("name"), clock.now());
          return Json.object().put("done", true).put("detail", "fired");
        });
  }
}
