package io.esnode.source;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the kernel itself says of its clock, whoever steers it: adjtimex(2). There is no file, and Java has no such call, so
 * {@code adjtimex --print} or {@code ntptime} is asked; both only read.
 */
final class KernelClockSource extends AnswerSource {
  static final String NAME = "kernel_clock";

  /** Bits of {@code struct timex} status, include/uapi/linux/timex.h. */
  private static final long STA_UNSYNC = 0x40;

  private static final long STA_NANO = 0x2000;

  private static final String NONE =
      "neither adjtimex nor ntptime is here to make the call adjtimex(2); apt-get install adjtimex, or dnf install adjtimex";

  private static final Pattern ADJTIMEX =
      Pattern.compile("(?m)^ *(offset|frequency|maxerror|esterror|status): (-?[0-9]{1,18})$");
  private static final Pattern STATUS = Pattern.compile("(?m)^ *status 0x([0-9a-f]{1,8}) ");
  private static final Pattern OFFSET =
      Pattern.compile("(?m)^ *offset (-?[0-9.]{1,24}) us, frequency (-?[0-9.]{1,24}) ppm");
  private static final Pattern ERRORS =
      Pattern.compile("(?m)^ *maximum error ([0-9]{1,18}) us, estimated error ([0-9]{1,18}) us,$");

  private final List<String> command;

  private KernelClockSource(List<String> command) {
    super(NAME, "kernel_clock");
    this.command = List.copyOf(command);
  }

  static void open(Opening in) {
    Path root = in.proc().resolveSibling("");
    List<String> command = new ArrayList<>();
    @Nullable Path adjtimex = ShortCommand.find(root, "adjtimex");
    @Nullable Path ntptime = ShortCommand.find(root, "ntptime");
    if (adjtimex != null) {
      command.addAll(List.of(adjtimex.toString(), "--print"));
    } else if (ntptime != null) {
      command.add(ntptime.toString());
    } else {
      in.missing(new Failure("node", "kernel_clock", NONE));
      return;
    }
    in.every(Opening.MINUTE).add(new KernelClockSource(command));
  }

  @Override
  @Nullable
  String ask(Row row) {
    ShortCommand.Answer answer = ShortCommand.run(command, PATIENCE, MOST_BYTES);
    if (answer.problem() != null) {
      return answer.problem();
    }
    // ntptime ends with a status of its own where the clock is not synchronised.
    return parse(answer.text(), row)
        ? null
        : "%s: ended with status %d and said nothing of the clock"
            .formatted(Path.of(command.get(0)).getFileName(), answer.status());
  }

  /**
   * Takes what either program prints.
   *
   * @return false where that is no state of the clock; the row is as it was then
   */
  static boolean parse(String text, Row row) {
    Matcher status = STATUS.matcher(text);
    return status.find()
        ? ntptime(text, Long.parseLong(status.group(1), 16), row)
        : adjtimex(text, row);
  }

  private static boolean ntptime(String text, long status, Row row) {
    Matcher offset = OFFSET.matcher(text);
    Matcher errors = ERRORS.matcher(text);
    if (!offset.find() || !errors.find()) {
      return false;
    }
    state(row, status);
    set(row, "offset_ns", ClockSource.scaled(offset.group(1), 3));
    set(row, "frequency_ppb", ClockSource.scaled(offset.group(2), 3));
    set(row, "max_error_us", Long.valueOf(errors.group(1)));
    set(row, "estimated_error_us", Long.valueOf(errors.group(2)));
    return true;
  }

  private static boolean adjtimex(String text, Row row) {
    @Nullable Long offset = null;
    @Nullable Long status = null;
    @Nullable Long frequency = null;
    @Nullable Long most = null;
    @Nullable Long estimated = null;
    Matcher lines = ADJTIMEX.matcher(text);
    while (lines.find()) {
      long value = Long.parseLong(lines.group(2));
      switch (lines.group(1)) {
        case "offset" -> offset = value;
        case "frequency" -> frequency = value;
        case "maxerror" -> most = value;
        case "esterror" -> estimated = value;
        default -> status = value;
      }
    }
    if (status == null || status < 0) {
      return false;
    }
    state(row, status);
    boolean nanos = (status & STA_NANO) != 0;
    if (offset != null && Math.abs(offset) < Long.MAX_VALUE / 1000) {
      set(row, "offset_ns", nanos ? offset : Long.valueOf(offset * 1000));
    }
    if (frequency != null) {
      // Scaled ppm, 16 bits behind the point.
      set(row, "frequency_ppb", Math.round(frequency * 1000.0 / 65536));
    }
    set(row, "max_error_us", most);
    set(row, "estimated_error_us", estimated);
    return true;
  }

  private static void state(Row row, long status) {
    set(row, "status", status);
    set(row, "synchronized", (status & STA_UNSYNC) == 0 ? 1L : 0L);
  }

  private static void set(Row row, String column, @Nullable Long value) {
    if (value != null) {
      row.set(row.table().indexOf(column), value);
    }
  }
}
