package io.esnode.source;

import io.esnode.metric.Table;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What each CPU did with received packets: /proc/net/softnet_stat, a line per CPU that is online. */
final class SoftnetSource implements Source {
  private final Table table;
  private final KeptFile file;
  private final KeptFile online;
  private final SoftnetLines lines;
  private final FailureList failures;

  /** @param online /sys/devices/system/cpu/online, read only where the lines do not name their CPU */
  SoftnetSource(Table table, KeptFile file, KeptFile online) {
    this.table = table;
    this.file = file;
    this.online = online;
    this.lines = new SoftnetLines(table);
    this.failures = new FailureList(table);
  }

  @Override
  public String name() {
    return "procfs.softnet";
  }

  @Override
  public Table table() {
    return table;
  }

  @Override
  public void sample() {
    file.refresh(file.generation());
    @Nullable String problem = file.problem();
    if (problem == null) {
      lines.parse(file.text(), file.length(), file.truncation(), this::cpusOnline);
      problem = lines.problem();
    } else {
      lines.fail(problem);
    }
    failures.update(lines.rows(), problem);
  }

  private List<Integer> cpusOnline() {
    online.refresh(online.generation());
    return online.problem() == null
        ? new ArrayList<>(NumberList.parse(online.text(), online.length()))
        : List.of();
  }

  @Override
  public List<Row> rows() {
    return lines.rows();
  }

  @Override
  public List<Failure> failures() {
    return failures.list();
  }

  @Override
  public void close() {
    file.close();
    online.close();
  }
}
