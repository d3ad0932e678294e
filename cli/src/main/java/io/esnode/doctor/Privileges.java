package io.esnode.doctor;

import java.util.regex.Pattern;

/**
 * What this process may do, from {@code /proc/self/status}.
 *
 * @param uid effective user id; -1 where it is not told
 * @param capabilities effective ones, bits of linux/capability.h
 */
record Privileges(long uid, long capabilities) {
  private static final int CAP_SYS_ADMIN = 21;
  private static final int CAP_SYSLOG = 34;
  private static final Pattern UID = Pattern.compile("(?m)^Uid:\\s+\\d{1,10}\\s+(\\d{1,10})\\b");
  private static final Pattern EFFECTIVE = Pattern.compile("(?m)^CapEff:\\s+(\\p{XDigit}{16})$");

  static Privileges of(Machine machine) {
    return new Privileges(
        machine.find("proc/self/status", UID).map(Long::parseLong).orElse(-1L),
        machine
            .find("proc/self/status", EFFECTIVE)
            .map(hex -> Long.parseUnsignedLong(hex, 16))
            .orElse(0L));
  }

  boolean isRoot() {
    return uid == 0;
  }

  private boolean has(int capability) {
    return (capabilities >>> capability & 1) != 0;
  }

  /** Root-only calls of NVML: SRAM ECC status, CPER, clock monitors; with MIG memory and process lists, too. */
  Check check(boolean matters) {
    String found = "uid %s, CAP_SYSLOG %s, CAP_SYS_ADMIN %s"
        .formatted(
            uid < 0 ? "unknown" : Long.toString(uid),
            has(CAP_SYSLOG) ? "yes" : "no",
            has(CAP_SYS_ADMIN) ? "yes" : "no");
    return isRoot() || !matters
        ? Check.ok("privileges", found)
        : Check.note(
            "privileges",
            found + "; NVML tells root only: SRAM ECC, CPER, clock monitors",
            "sudo esnode record ...");
  }
}
