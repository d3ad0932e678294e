package io.esnode.source;

import io.esnode.metric.Table;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How good the wall clock is, as what disciplines it says: chrony through {@code chronyc tracking}, else systemd-timesyncd by
 * the file it touches and, where systemd answers, {@code timedatectl show-timesync}.
 *
 * <p>No name and no address of a server is taken.
 */
final class ClockSource extends AnswerSource {
  static final String NAME = "clock";

  /** Values of the column {@code discipline}. */
  static final long CHRONY = 1;

  static final long TIMESYNCD = 2;

  private static final String TIMESYNCD_RUNS = "run/systemd/timesync";
  private static final String NOBODY =
      "neither chronyc nor systemd-timesyncd is here, so nothing says how good the clock is";
  private static final String SAYS_NOT = "systemd-timesyncd does not say";

  /** Reference id, name, stratum, time of reference, offset, last and RMS offset, frequency, residual, skew, delay, … */
  private static final int FIELDS = 14;

  private final Path root;
  private final @Nullable Path chronyc;
  private final @Nullable Path timedatectl;

  private ClockSource(Path root, @Nullable Path chronyc) {
    super(NAME, "clock");
    this.root = root;
    this.chronyc = chronyc;
    this.timedatectl = ShortCommand.find(root, "timedatectl");
  }

  /** Samples it every minute, where anything disciplines the clock. */
  static void open(Opening in) {
    Path root = in.proc().resolveSibling("");
    @Nullable Path chronyc = ShortCommand.find(root, "chronyc");
    if (chronyc == null && !Files.exists(root.resolve(TIMESYNCD_RUNS))) {
      in.missing(new Failure("node", "clock", NOBODY));
      return;
    }
    in.every(Opening.MINUTE).add(new ClockSource(root, chronyc));
  }

  @Override
  @Nullable
  String ask(Row row) {
    @Nullable String problem = chronyc == null ? NOBODY : chrony(chronyc, row);
    if (problem != null && Files.exists(root.resolve(TIMESYNCD_RUNS))) {
      row.clear();
      timesyncd(row);
      return null;
    }
    return problem;
  }

  private void timesyncd(Row row) {
    Table table = row.table();
    Path touched = root.resolve(TIMESYNCD_RUNS).resolve("synchronized");
    row.set(table.indexOf("discipline"), TIMESYNCD);
    row.set(table.indexOf("synchronized"), Files.exists(touched) ? 1 : 0);
    for (String column : List.of(
        "stratum",
        "offset_ns",
        "frequency_ppb",
        "root_delay_us",
        "root_dispersion_us",
        "reference_time_s")) {
      row.absent(table.indexOf(column), SAYS_NOT);
    }
    try {
      row.set(
          table.indexOf("reference_time_s"),
          Files.getLastModifiedTime(touched).to(TimeUnit.SECONDS));
    } catch (IOException e) {
      row.absent(table.indexOf("reference_time_s"), "it has not synchronised the clock yet");
    }
    if (timedatectl != null) {
      ShortCommand.Answer answer = ShortCommand.run(
          List.of(
              timedatectl.toString(),
              "show-timesync",
              "--property=NTPMessage",
              "--property=Frequency"),
          PATIENCE,
          MOST_BYTES);
      TimesyncMessage.parse(answer.text(), row);
    }
  }

  /** Why there is no answer; null where there is one. */
  private static @Nullable String chrony(Path command, Row row) {
    ShortCommand.Answer answer =
        ShortCommand.run(List.of(command.toString(), "-c", "-n", "tracking"), PATIENCE, MOST_BYTES);
    if (answer.problem() != null) {
      return answer.problem();
    }
    return parse(answer.text().strip(), row) ? null : "chronyc tracking: chronyd does not answer";
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
    @Nullable Long reference = scaled(fields[3], 0);
    @Nullable Long offset = scaled(fields[4], 9);
    @Nullable Long frequency = scaled(fields[7], 3);
    @Nullable Long delay = scaled(fields[10], 6);
    @Nullable Long dispersion = scaled(fields[11], 6);
    if (stratum == null
        || reference == null
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
    set(row, "reference_time_s", reference, synchronous && reference > 0);
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
  static @Nullable Long scaled(String text, int digits) {
    if (!text.matches("-?[0-9]{1,12}(\\.[0-9]{1,12})?")) {
      return null;
    }
    return new BigDecimal(text)
        .movePointRight(digits)
        .setScale(0, RoundingMode.HALF_EVEN)
        .longValueExact();
  }
}
