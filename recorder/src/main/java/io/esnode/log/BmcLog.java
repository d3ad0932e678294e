package io.esnode.log;

import io.esnode.kernel.PrintableText;
import io.esnode.kernel.RowSink;
import io.esnode.source.Clock;
import io.esnode.source.Moment;
import io.esnode.source.ShortCommand;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The system event log of the board's controller, by {@code ipmitool -c sel list} at the start and every hour. It only reads:
 * {@code sel elist} of ipmitool 1.8.19 empties and fills a sensor repository that it finds empty, so that one is never asked for.
 */
final class BmcLog implements AutoCloseable {
  static final String SOURCE = "ipmitool.sel";
  static final List<String> DEVICES = List.of("dev/ipmi0", "dev/ipmi/0", "dev/ipmidev/0");

  private static final Duration EVERY = Duration.ofHours(1);
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final Duration LAST_LOOK = Duration.ofMillis(50);

  /** A SEL holds some thousand entries of some 80 characters. */
  private static final int MOST_BYTES = 2 << 20;

  private static final int WORDS_CHARS = 200;

  private final Path root;
  private final LogRows rows;
  private final Moment start;
  private final Thread thread;
  private final Set<String> seen = new HashSet<>();
  private boolean first = true;
  private volatile boolean closing;
  private volatile boolean reading;

  /** Reads when it is told to. */
  BmcLog(Path root, Clock clock, Moment start, RowSink sink) {
    this.root = root;
    this.start = start;
    this.rows = new LogRows(clock, start, sink, "bmc_log", SOURCE, "bmc");
    this.thread = new Thread(null, this::run, "bmc-log", 256 << 10);
    this.thread.setDaemon(true);
  }

  /**
   * Begins to read.
   *
   * @param root {@code /}, or a directory that looks like it
   * @param start of the recording: older entries have the origin {@code pre_record}
   */
  static BmcLog start(Path root, Clock clock, Moment start, RowSink sink) {
    BmcLog log = new BmcLog(root, clock, start, sink);
    log.thread.start();
    return log;
  }

  private void run() {
    while (!closing) {
      read();
      long until = System.nanoTime() + EVERY.toNanos();
      for (long left = EVERY.toNanos(); left > 0 && !closing; left = until - System.nanoTime()) {
        LockSupport.parkNanos(left);
      }
    }
  }

  /** Reads the whole log once; what is new becomes rows. */
  void read() {
    String refusal = refusal();
    if (refusal != null) {
      rows.problem(refusal);
      return;
    }
    Path program = ShortCommand.find(root, "ipmitool");
    reading = true;
    ShortCommand.Answer answer = ShortCommand.run(
        List.of(String.valueOf(program), "-c", "sel", "list"), DEADLINE, MOST_BYTES);
    reading = false;
    if (answer.problem() != null) {
      rows.problem(answer.problem());
      return;
    }
    Set<String> now = new HashSet<>();
    String words = "";
    for (String line : answer.text().split("\n", -1)) {
      SelEntry entry = SelEntry.parse(line);
      if (entry != null && now.add(entry.line()) && !seen.contains(entry.line())) {
        row(entry);
      }
      words = entry == null && !line.isBlank() ? line.strip() : words;
    }
    boolean failed = answer.status() != 0 && now.isEmpty() && !words.contains("no entries");
    rows.problem(
        failed
            ? "ipmitool ended with status %d: %s"
                .formatted(
                    answer.status(),
                    PrintableText.of(words.substring(0, Math.min(words.length(), WORDS_CHARS))))
            : null);
    if (!failed) {
      // An entry that was cleared may come again under the same number.
      seen.clear();
      seen.addAll(now);
      first = false;
    }
    rows.tellSuppressed(rows.now().tsMicros());
  }

  /** Why there is nothing to ask, or nobody to ask it. */
  private @Nullable String refusal() {
    if (DEVICES.stream().noneMatch(device -> Files.exists(root.resolve(device)))) {
      return "/dev/ipmi0 does not exist here; modprobe ipmi_si ipmi_devintf, where the board has a BMC";
    }
    return ShortCommand.find(root, "ipmitool") == null
        ? "ipmitool is not here; apt-get install ipmitool, or dnf install ipmitool"
        : null;
  }

  private void row(SelEntry entry) {
    rows.count();
    Map<String, String> texts = new TreeMap<>();
    texts.put("event_class", "bmc");
    texts.put("reason", PrintableText.of(entry.sensor()));
    if (!entry.event().isEmpty()) {
      texts.put("value", PrintableText.of(entry.event()));
    }
    String direction = entry.direction();
    if (direction != null) {
      texts.put("severity", direction);
    }
    Long ts = entry.tsMicros();
    texts.put(
        "text",
        PrintableText.of(entry.line())
            + (ts == null
                ? " [no time of the BMC's own; ts is that of reading]"
                : " [ts is the BMC's clock, taken for UTC]"));
    Moment now = rows.now();
    rows.foreign(
        texts,
        Map.of("code", (long) entry.id()),
        ts == null ? now.tsMicros() : ts,
        first && (ts == null || ts < start.tsMicros()));
  }

  /** Ends the rows; a program that still runs is left behind. */
  @Override
  public void close() {
    closing = true;
    rows.hurry();
    LockSupport.unpark(thread);
    try {
      thread.join(LAST_LOOK.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    rows.close(!reading);
  }
}
