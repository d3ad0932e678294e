package io.esnode.timeline;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;

class TimelineFuzzTest {
  /** Either refused in one line, or readable at every moment. */
  @FuzzTest
  void whateverIsReadCanBeAsked(byte[] data) {
    Timeline timeline;
    try {
      timeline = Timeline.parse(
          "fuzz", "esnode.timeline/1\ngpu 0 name x\n" + new String(data, StandardCharsets.UTF_8));
    } catch (TimelineException refused) {
      if (String.valueOf(refused.getMessage()).indexOf('\n') >= 0) {
        throw new AssertionError("more than one line", refused);
      }
      return;
    }
    for (long ms : new long[] {Long.MIN_VALUE, -1, 0, 1, timeline.lastMs(), Long.MAX_VALUE}) {
      timeline.hostSeries().forEach(series -> series.at(ms));
      timeline.clockOffsetMicros(ms);
      timeline.subjects().forEach((target, subject) -> {
        subject.readings.values().forEach(series -> series.at(ms));
        subject.fields.values().forEach(series -> series.at(ms));
        subject.hangs.values().forEach(hangs -> hangs.until(ms));
      });
    }
  }
}
