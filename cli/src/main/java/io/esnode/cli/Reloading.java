package io.esnode.cli;

import io.esnode.bundle.Sha256;
import io.esnode.inventory.InventoryWatch;
import io.esnode.json.Json;
import io.esnode.kernel.Pseudonyms;
import io.esnode.recorder.Recorder;
import io.esnode.spool.SpoolWriter;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ParameterException;

/**
 * Reads the configuration file of a running recording again when SIGHUP says so. What can change while it runs does; a file
 * that is not as it should be changes nothing. Thread-safe.
 */
final class Reloading {
  /** Keys that need no restart. */
  static final Set<String> KEYS = Set.of("trigger", "hold_off", "watch_file");

  private static final String ACTION = "config.reloaded";

  /** Who names the watched files. */
  @FunctionalInterface
  interface Naming {
    Pseudonyms names() throws IOException;
  }

  private final Recorder recorder;
  private final SpoolWriter spool;
  private final RunningTriggers triggers;
  private final InventoryWatch inventory;
  private final Naming naming;
  private final Consumer<String> talk;
  private Configuration current;
  private Map<String, String> effective;
  private boolean over;

  private Reloading(
      Configuration current,
      Map<String, String> effective,
      Recorder recorder,
      SpoolWriter spool,
      RunningTriggers triggers,
      InventoryWatch inventory,
      Naming naming,
      Consumer<String> talk) {
    this.current = current;
    this.effective = effective;
    this.recorder = recorder;
    this.spool = spool;
    this.triggers = triggers;
    this.inventory = inventory;
    this.naming = naming;
    this.talk = talk;
  }

  /**
   * Obeys SIGHUP from now on; where there is no file, that signal keeps its meaning.
   *
   * @param effective as the spool's header has it
   * @param systemd is told
   */
  static Reloading start(
      @Nullable Configuration current,
      Map<String, String> effective,
      Recorder recorder,
      SpoolWriter spool,
      RunningTriggers triggers,
      InventoryWatch inventory,
      Naming naming,
      SystemdNotifier systemd,
      Consumer<String> talk) {
    Configuration known = current == null ? Configuration.NONE : current;
    Reloading reloading =
        new Reloading(known, effective, recorder, spool, triggers, inventory, naming, talk);
    if (known.file() != null) {
      Signals.onHangUp(() -> systemd.reload(reloading::reload), talk);
    }
    return reloading;
  }

  /** The recording ends: what is read from now on would change nothing. */
  synchronized void close() {
    over = true;
  }

  private synchronized void reload() {
    if (over) {
      talk.accept("SIGHUP: the recording is over, nothing is reloaded");
      return;
    }
    RecordCommand command = new RecordCommand();
    Configuration next;
    Pseudonyms names;
    try {
      next = current.again(Main.line(command));
      command.check();
      names = naming.names();
    } catch (CommandException | ParameterException | IOException e) {
      refuse(Text.oneLine(String.valueOf(e.getMessage())));
      return;
    }
    Set<String> applied = next.changedSince(current);
    Set<String> restart = new TreeSet<>(applied);
    restart.removeAll(KEYS);
    applied.retainAll(KEYS);
    if (applied.contains("watch_file")) {
      inventory.declare(command.watchedFiles(), names::text);
    }
    if (applied.contains("trigger") || applied.contains("hold_off")) {
      triggers.rearm(command.triggers(), command.holdOff(), recorder, talk);
    }
    Map<String, String> now = new TreeMap<>(effective);
    now.keySet().removeIf(key -> key.startsWith("trigger.") || key.startsWith("config."));
    command.describeReloaded(now);
    ConfigPart.describe(now, next.file());
    String detail = "%s; applied: %s%s"
        .formatted(
            digests(next, now),
            applied.isEmpty() ? "nothing" : String.join(", ", applied),
            restart.isEmpty() ? "" : "; needs a restart: " + String.join(", ", restart));
    spool.configured(now);
    recorder.audit(ACTION, restart.isEmpty() ? "success" : "partial", detail, digest(now));
    talk.accept("SIGHUP: " + detail);
    current = next.with(current, restart);
    effective = now;
  }

  private void refuse(String why) {
    recorder.audit(
        ACTION,
        "refused",
        "%s; file sha256 %s stays in effect".formatted(why, sha256(current)),
        digest(effective));
    talk.accept("SIGHUP: %s; everything stays as it was".formatted(why));
  }

  private String digests(Configuration next, Map<String, String> now) {
    return "file %s: sha256 %s, was %s; effective configuration: sha256 %s, was %s"
        .formatted(
            next.file() == null ? "none" : next.file().path().getFileName(),
            sha256(next),
            sha256(current),
            digest(now),
            digest(effective));
  }

  private static String sha256(Configuration configuration) {
    ConfigFile file = configuration.file();
    return file == null ? "none" : file.sha256();
  }

  static String digest(Map<String, String> config) {
    return Sha256.hex(Json.texts(config).canonical());
  }
}
