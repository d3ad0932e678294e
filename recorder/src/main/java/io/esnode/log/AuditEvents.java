package io.esnode.log;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Puts the records of an event together: they share a time and a serial number and may stand between those of others. An event
 * ends with its EOE record, with a record type that comes alone, or when later ones have begun. Not thread-safe.
 */
final class AuditEvents {
  private static final int OPEN_EVENTS = 16;
  private static final int RECORDS = 32;
  private static final long PATIENCE_MICROS = 2_000_000;

  /** Made by programs in user space or by the kernel outside a system call: AUDIT_FIRST_USER_MSG and the like. */
  private static final Pattern ALONE = Pattern.compile(
      "(?:USER|CRED|SERVICE|SYSTEM|DAEMON|ADD|DEL|CHGRP|CHUSER|GRP|ACCT|ROLE|LABEL|CRYPTO|VIRT|RESP|ANOM_LOGIN|DEV)_.*|TRUSTED_APP|LOGIN_.*|USYS_CONFIG");

  private final Map<Long, List<AuditRecord>> open = new LinkedHashMap<>();

  /** Takes a record; gives the events that are whole now, oldest first. */
  List<List<AuditRecord>> add(AuditRecord record) {
    List<List<AuditRecord>> whole = new ArrayList<>();
    List<AuditRecord> same = open.get(record.serial());
    if (same != null && same.get(0).tsMicros() != record.tsMicros()) {
      end(record.serial(), whole);
    }
    List.copyOf(open.values()).stream()
        .filter(each -> each.get(0).tsMicros() + PATIENCE_MICROS <= record.tsMicros())
        .forEach(each -> end(each.get(0).serial(), whole));
    if (record.type().equals("EOE")) {
      end(record.serial(), whole);
      return whole;
    }
    List<AuditRecord> event = open.computeIfAbsent(record.serial(), s -> new ArrayList<>());
    if (event.size() < RECORDS) {
      event.add(record);
    }
    if (ALONE.matcher(record.type()).matches()) {
      end(record.serial(), whole);
    } else if (open.size() > OPEN_EVENTS) {
      oldest().ifPresent(serial -> end(serial, whole));
    }
    return whole;
  }

  /** All that has begun: nothing more comes for the time being. */
  List<List<AuditRecord>> quiet() {
    List<List<AuditRecord>> whole = List.copyOf(open.values());
    open.clear();
    return whole;
  }

  private Optional<Long> oldest() {
    return open.values().stream()
        .map(each -> each.get(0))
        .min(Comparator.comparingLong(AuditRecord::tsMicros))
        .map(AuditRecord::serial);
  }

  private void end(long serial, List<List<AuditRecord>> whole) {
    List<AuditRecord> event = open.remove(serial);
    if (event != null) {
      whole.add(event);
    }
  }
}
