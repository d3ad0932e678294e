package io.esnode.kernel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KernelRecordTest {
  private static Optional<KernelRecord> parse(String text) {
    byte[] bytes = text.getBytes(UTF_8);
    return KernelRecord.parse(bytes, 0, bytes.length);
  }

  @Test
  void recordHasItsHeadItsTextAndItsKeys() {
    assertThat(
            parse(
                "4,1009,92990551,-,caller=T12;pcieport 0000:0e:00.0: AER: x; y\n SUBSYSTEM=pci\n DEVICE=+pci:0000:0e:00.0\n"))
        .contains(new KernelRecord(
            0,
            4,
            1009L,
            92_990_551L,
            "pcieport 0000:0e:00.0: AER: x; y",
            Map.of("SUBSYSTEM", "pci", "DEVICE", "+pci:0000:0e:00.0")));
  }

  @Test
  void priorityIsFacilityAndLevel() {
    KernelRecord record = parse("30,1,2,-;systemd[1]: hello\n").orElseThrow();

    assertThat(record.facility()).isEqualTo(3);
    assertThat(record.level()).isEqualTo(6);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ";",
        "4,1;x",
        "a,1,2,-;x",
        "4,-1,2,-;x",
        "4,1,99999999999999999999,-;x",
        "70000,1,2,-;x",
        "no record",
        "4,1,2,-\n;x"
      })
  void whatIsNoRecordIsRefused(String text) {
    assertThat(parse(text)).isEmpty();
  }

  @Test
  void escapesThatSpellVisibleTextAreRead() {
    assertThat(parse("6,1,2,-;caf\\xc3\\xa9 \\xe6\\x97\\xa5\n").orElseThrow().text())
        .isEqualTo("café 日");
  }

  @Test
  void whatCouldHideStaysEscaped() {
    // ESC, NUL, bidi override U+202E, a lone continuation byte, the kernel's backslash.
    String text = "a\\x1b[31m\\x00\\xe2\\x80\\xae\\xbf\\x5cx1b";

    assertThat(parse("6,1,2,-;" + text + "\n").orElseThrow().text()).isEqualTo(text);
  }

  @Test
  void whatTheKernelDidNotEscapeIsEscapedHere() {
    assertThat(KernelRecord.ofKernel(6, 1, 2, "a\u001b[31m\u0000\u202eb\u200b").text())
        .isEqualTo("a\\x1b[31m\\x00\\xe2\\x80\\xaeb\\xe2\\x80\\x8b");
    byte[] invalid = "6,1,2,-;a\u00ff\u00feb\n".getBytes(StandardCharsets.ISO_8859_1);
    assertThat(KernelRecord.parse(invalid, 0, invalid.length).orElseThrow().text())
        .isEqualTo("a\\xff\\xfeb");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "oom_reaper: x",
        "[Sun Feb 23 16:24:18 2025] oom_reaper: x",
        "kern  :warn  : 2025-01-21T08:41:30,287197+00:00 oom_reaper: x",
        "Sep 13 12:28:03 host01 kernel: oom_reaper: x",
        "9月 23 11:36:25 host01 kernel: oom_reaper: x",
      })
  void copiedLineLosesWhatWasPutBeforeIt(String line) {
    assertThat(KernelRecord.ofLine(line).text()).isEqualTo("oom_reaper: x");
  }

  @Test
  void copiedLineKeepsItsUptime() {
    assertThat(
            KernelRecord.ofLine("Sep 13 12:28:03 h kernel: [521841.136352] x").bootMicros())
        .isEqualTo(521_841_136_352L);
  }
}
