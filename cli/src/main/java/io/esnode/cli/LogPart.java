package io.esnode.cli;

import io.esnode.kernel.RowSink;
import io.esnode.log.Logs;
import io.esnode.source.CaptureProcessSource;
import io.esnode.source.Clock;
import io.esnode.source.Moment;
import io.esnode.source.Source;
import io.esnode.source.Sources;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** What of a recording has to do with logs beside the kernel's. */
final class LogPart {
  private static final String JOURNALCTL = "journalctl";

  @Option(names = "--no-journal", description = "Leave the systemd journal out.")
  private boolean noJournal;

  @Option(names = "--no-bmc", description = "Leave the event log of the board's BMC out.")
  private boolean noBmc;

  @Option(
      names = "--audit-json",
      paramLabel = "F",
      description = "Follow this file of audit records, one JSON object in a line. Repeatable.")
  private List<Path> auditJson = List.of();

  private final CaptureProcessSource journalctl =
      new CaptureProcessSource(Path.of("/proc"), CaptureProcessSource.JOURNAL_NAME);

  void describe(Map<String, String> config) {
    config.put("log.journal", noJournal ? "switched off with --no-journal" : "followed");
    config.put("log.bmc", noBmc ? "switched off with --no-bmc" : "read every hour");
    config.put("log.audit_json", auditJson.isEmpty() ? "none" : auditJson.size() + " files");
  }

  /** The sources, and the cost of the process that follows the journal. */
  Sources with(Sources sources) {
    if (noJournal) {
      return sources;
    }
    List<Source> all = new ArrayList<>(sources.sources());
    all.add(journalctl);
    return new Sources(all, sources.tiers(), sources.missing());
  }

  Logs start(Clock clock, Moment start, Logs.Naming naming, RowSink sink) {
    return Logs.start(
        Path.of("/"),
        clock,
        start,
        new Logs.Choice(noJournal ? null : JOURNALCTL, auditJson, !noBmc),
        naming,
        sink,
        journalctl::follow);
  }
}
