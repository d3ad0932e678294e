package io.esnode.log;

import io.esnode.kernel.Pseudonyms;
import io.esnode.kernel.RowSink;
import io.esnode.source.Clock;
import io.esnode.source.Moment;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The logs of a recording beside the kernel's: the Linux audit log, audit records in JSON, the journal, the event log of the
 * BMC. Each thread has its own
 * pace; none waits for another.
 */
public final class Logs implements AutoCloseable {
  /** The end of a recording waits no longer for its files than this, */
  private static final Duration FILE_PATIENCE = Duration.ofMillis(150);

  /** and then for the journal. */
  private static final Duration JOURNAL_PATIENCE = Duration.ofMillis(100);

  /**
   * Which logs.
   *
   * @param journal journalctl, by name or path; null where the journal is not wanted
   * @param auditJson files of audit records in JSON
   * @param bmc whether the event log of the BMC is wanted
   */
  public record Choice(@Nullable String journal, List<Path> auditJson, boolean bmc) {
    public Choice {
      auditJson = List.copyOf(auditJson);
    }
  }

  /** Makes what turns names into tokens. */
  @FunctionalInterface
  public interface Naming {
    /** Called once by each thread: it belongs to one. */
    Pseudonyms names() throws IOException;
  }

  private final FollowedLogs files;
  private final @Nullable Journal journal;
  private final @Nullable BmcLog bmc;

  private Logs(FollowedLogs files, @Nullable Journal journal, @Nullable BmcLog bmc) {
    this.files = files;
    this.journal = journal;
    this.bmc = bmc;
  }

  /**
   * Begins to read.
   *
   * @param root {@code /}, or a directory that looks like it
   * @param start of the recording: older records have the origin {@code pre_record}
   * @param child hears the process id of the journalctl that runs, and 0 when it has ended; on a thread of the journal
   */
  public static Logs start(
      Path root,
      Clock clock,
      Moment start,
      Choice choice,
      Naming naming,
      RowSink sink,
      LongConsumer child) {
    Supplier<LogNames> names = () -> named(naming);
    LogRows auditRows = new LogRows(clock, start, sink, "audit_log", AuditLog.SOURCE, "audit");
    Map<Path, LogRows> jsonRows = new LinkedHashMap<>();
    for (Path file : choice.auditJson()) {
      jsonRows.put(file, new LogRows(clock, start, sink, "audit_json", AuditJson.SOURCE, "audit"));
    }
    List<LogRows> rows = new ArrayList<>(List.of(auditRows));
    rows.addAll(jsonRows.values());
    FollowedLogs files = new FollowedLogs(rows, () -> {
      LogNames own = names.get();
      List<FileLog> all = new ArrayList<>();
      all.add(new AuditLog(root.resolve(LogAccess.AUDIT_LOG), auditRows, own));
      jsonRows.forEach((file, fileRows) -> all.add(new AuditJson(file, fileRows, own)));
      return all;
    });
    String journalctl = choice.journal();
    Journal journal = journalctl == null
        ? null
        : new Journal(
            root,
            journalctl,
            start,
            new LogRows(clock, start, sink, "journal", JournalRows.SOURCE, "journal"),
            names);
    Logs logs =
        new Logs(files, journal, choice.bmc() ? BmcLog.start(root, clock, start, sink) : null);
    files.start();
    if (journal != null) {
      journal.start(child);
    }
    return logs;
  }

  /** Without a key there are no tokens, and without tokens no name is recorded. */
  private static LogNames named(Naming naming) {
    try {
      return new LogNames(naming.names());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends the rows; waits a little for what is on its way. */
  @Override
  public void close() {
    files.end();
    if (journal != null) {
      journal.end();
    }
    files.close(FILE_PATIENCE);
    if (journal != null) {
      journal.close(JOURNAL_PATIENCE);
    }
    if (bmc != null) {
      bmc.close();
    }
  }
}
