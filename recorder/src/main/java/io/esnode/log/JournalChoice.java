package io.esnode.log;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which entries of the journal are taken: warnings and worse of everybody, all of the units that run GPUs and their jobs, and
 * what systemd says about units that failed or were started again. Not the kernel's, which are read from {@code /dev/kmsg}, nor
 * the audit system's.
 */
final class JournalChoice {
  private static final int WARNING = 4;

  /** Transports of messages that programs write; {@code kernel} and {@code audit} have logs of their own. */
  private static final List<String> TRANSPORTS = List.of("journal", "syslog", "stdout");

  private static final List<String> UNITS = List.of(
      "containerd.service",
      "crio.service",
      "dcgm-exporter.service",
      "dcgm.service",
      "docker.service",
      "k3s-agent.service",
      "k3s.service",
      "kubelet.service",
      "nvidia-dcgm.service",
      "nvidia-fabricmanager.service",
      "nvidia-gridd.service",
      "nvidia-imex.service",
      "nvidia-mig-manager.service",
      "nvidia-persistenced.service",
      "nvidia-powerd.service",
      "slurmd.service",
      "systemd-oomd.service");

  /** Of the same families, under names of a site's own. */
  private static final Pattern FAMILY = Pattern.compile(
      "(?:nvidia-|dcgm|kubelet|containerd|docker|crio|slurmd|systemd-oomd).*\\.service");

  /** systemd's catalogue (sd-messages.h): unit failed, unit's process exited, restart scheduled, out of memory. */
  private static final Set<String> MESSAGES = Set.of(
      "be02cf6855d2428ba40df7e9d022f03d",
      "d9b373ed55a64feb8242e02dbe79a49c",
      "5eb03494b6584870a536b337290809b3",
      "fe6faa94e7774663a0da52717891d8ef",
      "d989611b15e44c9dbf31e3c81256e4ed");

  private JournalChoice() {}

  /** Of journalctl: terms of one field are alternatives, terms of several must all hold, {@code +} separates choices. */
  static List<String> matches() {
    List<String> matches = new ArrayList<>();
    for (int priority = 0; priority <= WARNING; priority++) {
      matches.add("PRIORITY=" + priority);
    }
    TRANSPORTS.forEach(transport -> matches.add("_TRANSPORT=" + transport));
    matches.add("+");
    UNITS.forEach(unit -> matches.add("_SYSTEMD_UNIT=" + unit));
    matches.add("+");
    MESSAGES.stream().sorted().forEach(id -> matches.add("MESSAGE_ID=" + id));
    return matches;
  }

  /** Fields that journalctl hands over; without them command lines would come, too. */
  static final String FIELDS =
      "MESSAGE,MESSAGE_ID,PRIORITY,SYSLOG_IDENTIFIER,UNIT,_BOOT_ID,_COMM,_PID,_SYSTEMD_UNIT,_TRANSPORT";

  static boolean takes(JournalEntry entry) {
    String transport = entry.field("_TRANSPORT");
    if (transport == null || !TRANSPORTS.contains(transport)) {
      return false;
    }
    int priority = entry.priority();
    if (priority >= 0 && priority <= WARNING) {
      return true;
    }
    String unit = entry.field("_SYSTEMD_UNIT");
    if (unit != null && FAMILY.matcher(unit).matches()) {
      return true;
    }
    String message = entry.field("MESSAGE_ID");
    return message != null && MESSAGES.contains(message) && fromSystemd(entry);
  }

  /** The unit it is about: what systemd says of another, else the writer's own, which journald has looked up. */
  static @Nullable String unit(JournalEntry entry) {
    String about = fromSystemd(entry) ? entry.field("UNIT") : null;
    return about != null ? about : entry.field("_SYSTEMD_UNIT");
  }

  /** Fields without an underscore are the writer's word; the process id is not. */
  private static boolean fromSystemd(JournalEntry entry) {
    return "1".equals(entry.field("_PID"));
  }
}
