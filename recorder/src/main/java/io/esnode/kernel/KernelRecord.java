package io.esnode.kernel;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One record of the kernel log. {@code /dev/kmsg} gives it as {@code priority,sequence,µs,flags;text}, then lines that begin
 * with a blank, {@code KEY=value} (Documentation/ABI/testing/dev-kmsg).
 *
 * @param facility syslog facility; 0 is the kernel itself, and the kernel gives nobody else that number
 * @param level syslog level, 0 emergency to 7 debug; null where a copied text does not tell
 * @param sequence number of the record since boot; null where a copied text does not tell
 * @param bootMicros µs since boot on the log's clock, which stands still in suspend like CLOCK_MONOTONIC but is not steered by
 *     NTP; null where a copied text does not tell
 * @param text printable: everything else in it stands as {@code \xNN}
 * @param keys what the kernel says about the device, e.g. {@code DEVICE=+pci:0000:0e:00.0}
 */
public record KernelRecord(
    int facility,
    @Nullable Integer level,
    @Nullable Long sequence,
    @Nullable Long bootMicros,
    String text,
    Map<String, String> keys) {
  /** The kernel's facility; a write to {@code /dev/kmsg} that claims it is given facility 1, user. */
  public static final int KERNEL = 0;

  /** 2^53 µs are 285 years: no clock since boot reads more. */
  private static final long MAX_MICROS = 1L << 53;

  private static final int MAX_PRIORITY = 0xffff;
  private static final int MAX_KEYS = 32;

  /** What {@code dmesg -x}, {@code dmesg}, {@code dmesg -T} and {@code journalctl -k} put before the text. */
  private static final Pattern TIME_AND_FACILITY =
      Pattern.compile("^[a-z0-9]{2,8} *:[a-z]{2,8} *: (?:\\d{4}-\\d\\d-\\d\\dT[0-9:,.+-]+Z? )?");

  private static final Pattern SYSLOG = Pattern.compile("^.{6,40}? kernel: ");
  private static final Pattern UPTIME = Pattern.compile("^\\[ *(\\d{1,9})\\.(\\d{6})\\] ?");
  private static final Pattern WALL =
      Pattern.compile("^\\[[A-Z][a-z]{2} [A-Z][a-z]{2} +[0-9: ]{10,20}\\] ?");

  public KernelRecord {
    keys = Map.copyOf(keys);
  }

  /** A line of the kernel itself, as a simulation has it. */
  public static KernelRecord ofKernel(int level, long sequence, long bootMicros, String text) {
    return new KernelRecord(KERNEL, level, sequence, bootMicros, PrintableText.of(text), Map.of());
  }

  /**
   * Reads one record of {@code /dev/kmsg}.
   *
   * @return empty if the bytes are no record
   */
  public static Optional<KernelRecord> parse(byte[] bytes, int from, int to) {
    int line = indexOf(bytes, '\n', from, to);
    int semicolon = indexOf(bytes, ';', from, line);
    if (semicolon == line) {
      return Optional.empty();
    }
    String[] head =
        new String(bytes, from, semicolon - from, StandardCharsets.ISO_8859_1).split(",", -1);
    if (head.length < 4) {
      return Optional.empty();
    }
    long priority = number(head[0], MAX_PRIORITY);
    long sequence = number(head[1], Long.MAX_VALUE);
    long micros = number(head[2], MAX_MICROS);
    if (priority < 0 || sequence < 0 || micros < 0) {
      return Optional.empty();
    }
    String text = PrintableText.of(bytes, semicolon + 1, line);
    return Optional.of(new KernelRecord(
        (int) (priority >> 3),
        (int) (priority & 7),
        sequence,
        micros,
        text,
        keys(bytes, line, to)));
  }

  /** Reads a line that was copied from {@code dmesg}, the journal or a bug report. */
  public static KernelRecord ofLine(String line) {
    String rest = PrintableText.of(line.strip());
    rest = TIME_AND_FACILITY.matcher(rest).replaceFirst("");
    rest = SYSLOG.matcher(rest).replaceFirst("");
    rest = WALL.matcher(rest).replaceFirst("");
    Long micros = null;
    Matcher uptime = UPTIME.matcher(rest);
    if (uptime.find()) {
      micros = Long.parseLong(uptime.group(1)) * 1_000_000 + Long.parseLong(uptime.group(2));
      rest = rest.substring(uptime.end());
    }
    return new KernelRecord(KERNEL, null, null, micros, rest, Map.of());
  }

  private static Map<String, String> keys(byte[] bytes, int from, int to) {
    Map<String, String> keys = new TreeMap<>();
    int at = from;
    while (at < to && keys.size() < MAX_KEYS) {
      int start = at + 1;
      int end = indexOf(bytes, '\n', start, to);
      int equals = start < to && bytes[start] == ' ' ? indexOf(bytes, '=', start, end) : end;
      if (equals < end) {
        keys.putIfAbsent(
            PrintableText.of(bytes, start + 1, equals), PrintableText.of(bytes, equals + 1, end));
      }
      at = end;
    }
    return keys;
  }

  private static int indexOf(byte[] bytes, char wanted, int from, int to) {
    for (int i = from; i < to; i++) {
      if (bytes[i] == wanted) {
        return i;
      }
    }
    return to;
  }

  /** -1 for what is no decimal number up to {@code max}. */
  private static long number(String text, long max) {
    if (text.isEmpty() || text.length() > 19) {
      return -1;
    }
    long value = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < '0' || c > '9') {
        return -1;
      }
      value = value * 10 + (c - '0');
    }
    return value < 0 || value > max ? -1 : value;
  }
}
