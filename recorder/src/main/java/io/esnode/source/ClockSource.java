package io.esnode.source;

import io.esnode.metric.Registry;
import io.esnode.metric.Table;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How good the wall clock is, as what disciplines it says: chrony through {@code chronyc tracking}, else systemd-timesyncd by
 * the file it touches. Java cannot ask the kernel itself: adjtimex(2) has no file.
 *
 * <p>Of chrony no name and no address of a server is taken.
 */
final class ClockSource implements Source {
  static final String NAME = "clock";

  /** Values of the column {@code discipline}. */
  static final long CHRONY = 1;

  static final long TIMESYNCD = 2;

  private static final List<String> PLACES = List.of("usr/bin/chronyc", "usr/local/bin/chronyc");
  private static final String TIMESYNCD_RUNS = "run/systemd/timesync";
  private static final String NOBODY =
      "neither chronyc nor systemd-timesyncd is here, so nothing says how good the clock is";
  private static final long PATIENCE_SECONDS = 2;
  private static final int MOST_BYTES = 4096;

  /** Reference id, name, stratum, time of reference, offset, last and RMS offset, frequency, residual, skew, delay, … */
  private static final int FIELDS = 14;

  private final Path root;
  private final @Nullable Path chronyc;
  private final Table table = Registry.get().table("clock");
  private final Row row = new Row(table, "node");
  private final List<Row> rows = List.of(row);
  private final FailureList failures = new FailureList(table);

  private ClockSource(Path root, @Nullable Path chronyc) {
    this.root = root;
    this.chronyc = chronyc;
  }

  /** Samples it every minute, where anything disciplines the clock. */
  static void open(Opening in) {
    Path root = in.proc().resolveSibling("");
    @Nullable
    Path chronyc = PLACES.stream()
        .map(root::resolve)
        .filter(Files::isExecutable)
        .findFirst()
        .orElse(null);
    if (chronyc == null && !Files.exists(root.resolve(TIMESYNCD_RUNS))) {
      in.missing(new Failure("node", "clock", NOBODY));
      return;
    }
    in.every(Opening.MINUTE).add(new ClockSource(root, chronyc));
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Table table() {
    return table;
  }

  @Override
  public void sample() {
    row.clear();
    @Nullable String problem = null;
    if (chronyc != null) {
      problem = chrony(chronyc);
    }
    if (!row.present(table.indexOf("discipline")) && Files.exists(root.resolve(TIMESYNCD_RUNS))) {
      timesyncd();
      problem = null;
    }
    failures.update(problem == null ? rows : List.of(), problem);
  }

  private void timesyncd() {
    boolean synchronized_ = Files.exists(root.resolve(TIMESYNCD_RUNS).resolve("synchronized"));
    row.set(table.indexOf("discipline"), TIMESYNCD);
    row.set(table.indexOf("synchronized"), synchronized_ ? 1 : 0);
    for (String column :
        List.of("stratum", "offset_ns", "frequency_ppb", "root_delay_us", "root_dispersion_us")) {
      row.absent(table.indexOf(column), "systemd-timesyncd does not say");
    }
  }

  /** Why there is no answer; null where there is one. */
  private @Nullable String chrony(Path command) {
    try {
      Process process = new ProcessBuilder(command.toString(), "-c", "-n", "tracking")
          .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
          .redirectErrorStream(true)
          .start();
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return "chronyc tracking: no answer in %d s".formatted(PATIENCE_SECONDS);
      }
      byte[] said = process.getInputStream().readNBytes(MOST_BYTES);
      return parse(new String(said, StandardCharsets.ISO_8859_1).strip(), row)
          ? null
          : "chronyc tracking: chronyd does not answer";
    } catch (IOException e) {
      return "chronyc: " + KeptFile.cause(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "chronyc tracking: interrupted";
    }
  }

  /**
   * Takes one line of {@code chronyc -c tracking}, as chrony 4 writes it.
   *
   * @return false where it is none; the row is as it was then
   */
  static boolean parse(String line, Row row) {
    String[] fields = line.split(",", -1);
    if (fields.length != FIELDS) {
      return false;
    }
    @Nullable Long stratum = scaled(fields[2], 0);
    @Nullable Long offset = scaled(fields[4], 9);
    @Nullable Long frequency = scaled(fields[7], 3);
    @Nullable Long delay = scaled(fields[10], 6);
    @Nullable Long dispersion = scaled(fields[11], 6);
    if (stratum == null
        || offset == null
        || frequency == null
        || delay == null
        || dispersion == null) {
      return false;
    }
    Table table = row.table();
    boolean synchronous = !fields[13].equals("Not synchronised");
    row.set(table.indexOf("discipline"), CHRONY);
    row.set(table.indexOf("synchronized"), synchronous ? 1 : 0);
    row.set(table.indexOf("stratum"), stratum);
    set(row, "offset_ns", offset, synchronous);
    set(row, "frequency_ppb", frequency, synchronous);
    set(row, "root_delay_us", delay, synchronous);
    set(row, "root_dispersion_us", dispersion, synchronous);
    return true;
  }

  /** chronyc prints zeros and ones where it knows nothing. */
  private static void set(Row row, String column, long value, boolean known) {
    int at = row.table().indexOf(column);
    if (known) {
      row.set(at, value);
    } else {
      row.absent(at, "chrony is not synchronised");
    }
  }

  /** A decimal number times a power of ten, to the nearest whole; null where it is none. */
  private static @Nullable Long scaled(String text, int digits) {
    if (!text.matches("-?[0-9]{1,12}(\\.[0-9]{1,12})?")) {
      return null;
    }
    return new BigDecimal(text)
        .movePointRight(digits)
        .setScale(0, RoundingMode.HALF_EVEN)
        .longValueExact();
  }

  @Override
  public List<Row> rows() {
    return rows;
  }

  @Override
  public List<Failure> failures() {
    return failures.list();
  }

  @Override
  public void close() {
    // Nothing is kept open.
  }
}
