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
  private List<Trigger> declared;
  private final Triggers triggers;
  private final Clock clock;
  private List<Failure> missing = List.of();
  private boolean runsCommand;
  private volatile boolean over;

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
    this.missing = missing;
    this.runsCommand = runsCommand;
    introduce(declared, recorder, talk);
  }

  private void introduce(List<Trigger> those, Recorder recorder, Consumer<String> talk) {
    Map<Trigger, String> idle = triggers.idle(missing, runsCommand);
    for (Trigger trigger : those) {
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

  /** Declares others instead, after {@link #introduce}; says of those that are new, and of those that are not any more. */
  void rearm(List<Trigger> now, Duration holdOff, Recorder recorder, Consumer<String> talk) {
    List<String> before = declared.stream().map(Trigger::text).toList();
    List<String> after = now.stream().map(Trigger::text).toList();
    triggers.rearm(now, holdOff);
    declared = List.copyOf(now);
    before.stream()
        .filter(text -> !after.contains(text))
        .forEach(text -> recorder.audit("trigger.disarmed", "success", text, null));
    introduce(now.stream().filter(each -> !before.contains(each.text())).toList(), recorder, talk);
  }

  /** SIGUSR1 fires, under the name of signal, until {@link #close}. */
  void onSignal(Consumer<String> talk) {
    Signals.onUser(
        () -> {
          if (!over) {
            triggers.byHand("signal", clock.now());
          }
        },
        talk);
  }

  /** Signals fire nothing any more. */
  void close() {
    over = true;
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
