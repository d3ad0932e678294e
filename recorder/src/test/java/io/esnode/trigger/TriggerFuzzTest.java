package io.esnode.trigger;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.List;

/** Whatever is declared, it is a trigger that reads the same again, or one printable line that says why it is none. */
class TriggerFuzzTest {
  private static final List<String> DECLARED = List.of(
      "psi.memory_full_avg10_pct > 10 for 5s",
      "rate(disk[disk:sda].read_bytes) >= 1.5Gi for 1m",
      "gpu.clocks_event_reasons & 0x48",
      "xid 48,63",
      "kernel \"NVRM: .* [0-9]+\"",
      "exit");

  @FuzzTest
  void declaration(byte[] data) {
    String text = new String(data, UTF_8);
    check(text);
    for (String declared : DECLARED) {
      int cut = data.length == 0 ? 0 : (data[0] & 0xff) % declared.length();
      check(declared.substring(0, cut) + text);
      check(declared.substring(0, cut) + text + declared.substring(cut));
    }
  }

  private static void check(String text) {
    try {
      Trigger trigger = Trigger.parse(text);
      assertThat(printable(trigger.text())).isTrue();
    } catch (TriggerException e) {
      assertThat(printable(String.valueOf(e.getMessage()))).isTrue();
    }
  }

  private static boolean printable(String text) {
    return text.codePoints().noneMatch(c -> Character.isISOControl(c));
  }
}
