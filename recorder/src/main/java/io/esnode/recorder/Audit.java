package io.esnode.recorder;

import io.esnode.source.Clock;
import io.esnode.source.Moment;
import io.esnode.spool.SpoolWriter;
import io.esnode.spool.TextRow;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes esnode's own audit events. Thread-safe. */
final class Audit {
  private final Clock clock;
  private final SpoolWriter spool;

  Audit(Clock clock, SpoolWriter spool) {
    this.clock = clock;
    this.spool = spool;
  }

  void write(String action, String outcome, String detail) {
    write(action, outcome, detail, null);
  }

  /** @param sha256 digest of what was used, null where there is none */
  void write(String action, String outcome, String detail, @Nullable String sha256) {
    Moment now = clock.now();
    Map<String, String> texts =
        new HashMap<>(Map.of("action", action, "outcome", outcome, "detail", detail));
    if (sha256 != null) {
      texts.put("sha256", sha256);
    }
    spool.row(
        new TextRow(
            "audit", "node", Recorder.SOURCE, "live", null, now.tsMicros(), texts, Map.of()),
        now.monoNanos());
  }
}
