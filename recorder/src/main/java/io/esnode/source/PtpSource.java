package io.esnode.source;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What ptp4l of linuxptp says of its clock, through {@code pmc} and its own socket. No identity of a clock is taken. */
final class PtpSource extends AnswerSource {
  static final String NAME = "ptp";

  private static final String SOCKET = "run/ptp4l";

  /** Values of the column {@code port_state}: IEEE 1588-2008, table 8. */
  private static final List<String> STATES = List.of(
      "",
      "INITIALIZING",
      "FAULTY",
      "DISABLED",
      "LISTENING",
      "PRE_MASTER",
      "MASTER",
      "PASSIVE",
      "UNCALIBRATED",
      "SLAVE");

  private static final Pattern STATE = Pattern.compile("(?m)^\\s+portState\\s+([A-Z_]{1,20})\\s*$");
  private static final Pattern PRESENT = Pattern.compile("(?m)^\\s+gmPresent\\s+(true|false)\\s*$");
  private static final Pattern OFFSET =
      Pattern.compile("(?m)^\\s+master_offset\\s+(-?[0-9]{1,18})\\s*$");
  private static final Pattern DELAY =
      Pattern.compile("(?m)^\\s+meanPathDelay\\s+(-?[0-9]{1,12}(?:\\.[0-9]{1,12})?)\\s*$");
  private static final Pattern STEPS =
      Pattern.compile("(?m)^\\s+stepsRemoved\\s+([0-9]{1,5})\\s*$");

  private final Path socket;
  private final Path pmc;

  private PtpSource(Path socket, Path pmc) {
    super(NAME, "ptp");
    this.socket = socket;
    this.pmc = pmc;
  }

  static void open(Opening in) {
    Path root = in.proc().resolveSibling("");
    Path socket = root.resolve(SOCKET);
    @Nullable Path pmc = ShortCommand.find(root, "pmc");
    if (!Files.exists(socket) || pmc == null) {
      in.missing(new Failure(
          "node",
          "ptp",
          pmc == null && Files.exists(socket)
              ? "pmc of linuxptp is not here to ask ptp4l"
              : "/%s: ptp4l does not run here".formatted(SOCKET)));
      return;
    }
    in.every(Opening.MINUTE).add(new PtpSource(socket, pmc));
  }

  @Override
  @Nullable
  String ask(Row row) {
    ShortCommand.Answer answer = ShortCommand.run(
        List.of(
            pmc.toString(),
            "-u",
            "-b",
            "0",
            "-s",
            socket.toString(),
            "GET TIME_STATUS_NP",
            "GET CURRENT_DATA_SET",
            "GET PORT_DATA_SET"),
        PATIENCE,
        MOST_BYTES);
    if (answer.problem() != null) {
      return answer.problem();
    }
    return parse(answer.text(), row) ? null : "pmc: ptp4l does not answer; only root may ask it";
  }

  /**
   * Takes what pmc prints; of several ports that which follows a clock, else the first.
   *
   * @return false where no port is in it; the row is as it was then
   */
  static boolean parse(String text, Row row) {
    int state = 0;
    Matcher ports = STATE.matcher(text);
    while (ports.find()) {
      int found = Math.max(0, STATES.indexOf(ports.group(1)));
      state = state == 0 || STATES.get(found).equals("SLAVE") ? found : state;
    }
    if (state == 0) {
      return false;
    }
    row.set(row.table().indexOf("port_state"), state);
    @Nullable String present = first(PRESENT, text);
    set(row, "grandmaster_present", present == null ? null : present.equals("true") ? 1L : 0L);
    set(row, "offset_ns", scaled(first(OFFSET, text)));
    set(row, "path_delay_ns", scaled(first(DELAY, text)));
    set(row, "steps_removed_count", scaled(first(STEPS, text)));
    return true;
  }

  private static @Nullable String first(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    return matcher.find() ? matcher.group(1) : null;
  }

  private static @Nullable Long scaled(@Nullable String number) {
    return number == null || number.length() > 12 + 13 ? null : ClockSource.scaled(number, 0);
  }

  private static void set(Row row, String column, @Nullable Long value) {
    if (value != null) {
      row.set(row.table().indexOf(column), value);
    }
  }
}
