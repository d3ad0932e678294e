package io.esnode.source;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What {@code timedatectl show-timesync} prints of systemd-timesyncd: the last answer of its server, and the rate it set. Names
 * and addresses of servers are in other properties, which are not asked for.
 */
final class TimesyncMessage {
  private static final Pattern STRATUM = Pattern.compile("\\bStratum=([0-9]{1,3})\\b");
  private static final Pattern DELAY = Pattern.compile("\\bRootDelay=([^,}]{1,40})");
  private static final Pattern DISPERSION = Pattern.compile("\\bRootDispersion=([^,}]{1,40})");
  private static final Pattern FREQUENCY = Pattern.compile("(?m)^Frequency=(-?[0-9]{1,10})$");
  private static final Pattern SPAN =
      Pattern.compile("([0-9]{1,9}(?:\\.[0-9]{1,9})?)(us|ms|s|min|h)");

  private TimesyncMessage() {}

  /** Sets what is there; what is not stays as it was. */
  static void parse(String text, Row row) {
    if (text.contains("Ignored=yes")) {
      return;
    }
    set(row, "stratum", number(first(STRATUM, text)));
    set(row, "root_delay_us", spanMicros(first(DELAY, text)));
    set(row, "root_dispersion_us", spanMicros(first(DISPERSION, text)));
    @Nullable Long frequency = number(first(FREQUENCY, text));
    // The kernel's scaled ppm, 16 bits behind the point; it makes up for a clock that gains by
    // being negative.
    set(row, "frequency_ppb", frequency == null ? null : Math.round(frequency * -1000.0 / 65536));
  }

  /** As systemd writes a span: {@code 17.013ms}, {@code 1s 20.5ms}, {@code 0}. */
  static @Nullable Long spanMicros(@Nullable String text) {
    if (text == null) {
      return null;
    }
    if (text.strip().equals("0")) {
      return 0L;
    }
    long sum = 0;
    for (String part : text.strip().split(" ", -1)) {
      Matcher span = SPAN.matcher(part);
      if (!span.matches()) {
        return null;
      }
      int digits = span.group(2).equals("us") ? 0 : span.group(2).equals("ms") ? 3 : 6;
      int factor = span.group(2).equals("min") ? 60 : span.group(2).equals("h") ? 3600 : 1;
      @Nullable Long value = ClockSource.scaled(span.group(1), digits);
      if (value == null) {
        return null;
      }
      sum += value * factor;
    }
    return sum;
  }

  private static @Nullable String first(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    return matcher.find() ? matcher.group(1) : null;
  }

  private static @Nullable Long number(@Nullable String digits) {
    return digits == null ? null : Long.valueOf(digits);
  }

  private static void set(Row row, String column, @Nullable Long value) {
    if (value != null) {
      row.set(row.table().indexOf(column), value);
    }
  }
}
