package io.esnode.report;

import io.esnode.ledger.Coverage;
import io.esnode.ledger.Ledger;
import io.esnode.ledger.ShortNames;
import io.esnode.signature.TrustState;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** How complete the recording is, what is missing and why, and what recording cost the machine. */
final class RecordingQuality {
  private final Ledger ledger;
  private final Coverage coverage;
  private final Standing standing;
  private final Numbers numbers;

  RecordingQuality(Ledger ledger, Standing standing, Numbers numbers) {
    this.ledger = ledger;
    this.coverage = ledger.coverage();
    this.standing = standing;
    this.numbers = numbers;
  }

  Fields fields() {
    List<Coverage.Gap> failed =
        coverage.gaps().stream().filter(g -> !g.isNotGiven()).toList();
    int notGiven = coverage.gaps().size() - failed.size();
    Fields fields = new Fields()
        .part("quality", quality())
        .part("gaps", Table.of(numbers, "coverage.gaps", gaps(failed), failed.size()))
        .number(
            "gapCount",
            numbers.count(
                notGiven == 0 ? "length(coverage.gaps)" : "length(coverage.gaps, failed)",
                "Gaps in the recording",
                failed.size()))
        .flag("someNotGiven", notGiven > 0);
    if (notGiven > 0) {
      fields.number(
          "notGiven",
          numbers.count(
              "length(coverage.gaps, not given)",
              "Readings that a GPU, its driver or library does not give",
              notGiven));
    }
    return fields;
  }

  private Fields quality() {
    long verified = ledger.bundles().stream()
        .filter(b -> standing.vouched() && !b.trust().equals(TrustState.UNSIGNED.words()))
        .count();
    String percent = new BigDecimal(coverage.ratio()).movePointRight(2).toPlainString();
    Fields quality = new Fields()
        .number(
            "verified",
            numbers.count(
                "length(bundles, signature holds)", "Bundles whose signature holds", verified))
        .number(
            "bundles",
            numbers.count(
                "length(bundles)", "Bundles analysed", ledger.bundles().size()))
        .number(
            "coverage",
            numbers.fact(
                "coverage.ratio * 100", "Coverage: ticks captured of ticks expected", percent, "%"))
        .number(
            "captured",
            numbers.count("coverage.ticks_captured", "Ticks captured", coverage.ticksCaptured()))
        .number(
            "expected",
            numbers.count("coverage.ticks_expected", "Ticks expected", coverage.ticksExpected()))
        .number(
            "late",
            numbers.count("coverage.ticks_late", "Ticks captured late", coverage.ticksLate()))
        .number(
            "dropped",
            numbers.count("coverage.ticks_dropped", "Ticks dropped", coverage.ticksDropped()))
        .number(
            "steps", numbers.count("coverage.clock_steps", "Clock steps", coverage.clockSteps()))
        .number(
            "interval",
            numbers.fact(
                "coverage.interval_ms",
                "Time between ticks",
                Long.toString(coverage.intervalMs()),
                "ms"))
        .text("clockSource", coverage.clockSource())
        .flag(
            "complete",
            coverage.ticksCaptured() == coverage.ticksExpected()
                && coverage.gaps().isEmpty())
        .flag("costKnown", coverage.recorderCpuMsPerTick() != null)
        .flag("memoryKnown", coverage.recorderMaxRssBytes() != null);
    cost(quality);
    return quality;
  }

  private void cost(Fields quality) {
    if (coverage.recorderCpuMsPerTick() != null) {
      quality.number(
          "cpu",
          numbers.fact(
              "coverage.recorder_cpu_ms_per_tick",
              "Recorder: CPU time per tick",
              coverage.recorderCpuMsPerTick(),
              "ms"));
    }
    if (coverage.recorderMaxRssBytes() != null) {
      quality.number(
          "memory",
          numbers.fact(
              "coverage.recorder_max_rss_bytes",
              "Recorder: largest resident memory",
              Long.toString(coverage.recorderMaxRssBytes()),
              "B"));
    }
  }

  private List<Map<String, Object>> gaps(List<Coverage.Gap> failed) {
    ShortNames names = ShortNames.of(ledger);
    List<Map<String, Object>> rows = new ArrayList<>();
    for (Coverage.Gap gap : Table.first(failed)) {
      Optional<Window> window = Window.of(gap);
      rows.add(new Fields()
          .text("entity", names.in(gap.entity()))
          .text("metric", gap.metric())
          .text("window", window.map(Window::text).orElse("time not known"))
          .text("duration", window.map(Window::duration).orElse(""))
          .text("code", gap.code() == null ? "" : "code " + gap.code())
          .prose("reason", names.in(gap.reason()))
          .map());
    }
    return rows;
  }
}
