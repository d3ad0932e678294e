package io.esnode.log;

import io.esnode.source.Moment;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Turns entries of the journal into rows of the table {@code event}. Not thread-safe. */
final class JournalRows {
  static final String SOURCE = "journal";

  private static final String CLASS = "journal";

  private final LogRows rows;
  private final LogNames names;
  private final @Nullable String bootId;

  /** @param bootId of this boot, 32 hex digits; null where the kernel does not tell */
  JournalRows(LogRows rows, LogNames names, @Nullable String bootId) {
    this.rows = rows;
    this.names = names;
    this.bootId = bootId;
  }

  void entry(JournalEntry entry) {
    long ts = entry.realtimeMicros();
    if (ts < 0) {
      rows.countUnreadable();
      return;
    }
    rows.count();
    if (!JournalChoice.takes(entry)) {
      return;
    }
    String unit = JournalChoice.unit(entry);
    String program = entry.field("SYSLOG_IDENTIFIER");
    Map<String, String> texts = new TreeMap<>();
    texts.put("event_class", CLASS);
    put("unit", unit, texts);
    put("reason", program, texts);
    put("process_name", entry.field("_COMM"), texts);
    String message = entry.field("MESSAGE");
    if (message != null) {
      texts.put("text", names.text(message));
    }
    Map<String, Long> numbers = new TreeMap<>();
    if (entry.priority() >= 0) {
      numbers.put("log_priority", (long) entry.priority());
    }
    String pid = entry.field("_PID");
    if (pid != null && pid.matches("[0-9]{1,10}")) {
      numbers.put("pid", Long.parseLong(pid));
    }
    String kind = names.word(unit != null ? unit : program != null ? program : "no unit");
    long mono = entry.monotonicMicros() * 1_000;
    Moment now = rows.now();
    if (bootId != null
        && bootId.equals(entry.field("_BOOT_ID"))
        && mono >= 0
        && mono <= now.monoNanos()) {
      rows.row("event", kind, texts, numbers, ts, mono);
    } else {
      rows.row("event", kind, texts, numbers, ts);
    }
    rows.tellSuppressed(ts);
  }

  private void put(String column, @Nullable String value, Map<String, String> texts) {
    if (value != null && !value.isEmpty()) {
      texts.put(column, names.word(value));
    }
  }
}
