package io.esnode.log;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.esnode.kernel.Pseudonyms;
import io.esnode.kernel.RowSink;
import io.esnode.source.Clock;
import io.esnode.source.Moment;
import io.esnode.spool.TextRow;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

/** Rows as they come, and a clock that stands still: 2026-06-09 in the eleventh minute after the records, up for an hour. */
final class Collected implements RowSink {
  static final Moment NOW = new Moment(1_781_000_600_000_000L, 3_600_000_000_000L, 0);

  final List<TextRow> rows = new CopyOnWriteArrayList<>();
  final List<Long> monos = new CopyOnWriteArrayList<>();

  @Override
  public void row(TextRow row, long monoNanos) {
    rows.add(row);
    monos.add(monoNanos);
  }

  LogRows log(String name, String source, String metric) {
    return log(() -> NOW, name, source, metric);
  }

  LogRows log(Clock clock, String name, String source, String metric) {
    LogRows log = new LogRows(clock, NOW, this, name, source, metric);
    log.hurry();
    return log;
  }

  List<TextRow> of(String table) {
    return rows.stream().filter(row -> row.table().equals(table)).toList();
  }

  List<String> gaps() {
    return of("gap").stream()
        .map(row -> String.valueOf(row.texts().get("reason")))
        .toList();
  }

  List<String> texts(String table, String column) {
    return of(table).stream()
        .map(row -> String.valueOf(row.texts().get(column)))
        .toList();
  }

  String everything() {
    return rows.stream().map(TextRow::toString).collect(Collectors.joining("\n"));
  }

  static Pseudonyms keyed() {
    return Pseudonyms.keyed("k".repeat(32).getBytes(US_ASCII), "node17", "n-0");
  }

  static byte[] resource(String name) throws IOException {
    try (InputStream in = Collected.class.getResourceAsStream(name)) {
      return in.readAllBytes();
    }
  }
}
