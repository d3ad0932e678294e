package io.esnode.trigger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TriggerTest {
  private static final Path PAGE = Path.of("../docs/reference/triggers.md");
  private static final Pattern EXAMPLE = Pattern.compile("(?m)^--trigger '(.+)'(?: +#.*)?$");

  private static Trigger.Threshold threshold(String text) throws TriggerException {
    return (Trigger.Threshold) Trigger.parse(text);
  }

  @Test
  void limitIsStoredAsItsColumnStoresValues() throws TriggerException {
    Trigger.Threshold hundredths = threshold("psi.memory_full_avg10_pct > 10 for 5s");

    assertThat(hundredths.metric().qualifiedName()).isEqualTo("psi.memory_full_avg10_pct");
    assertThat(hundredths.limit()).isEqualTo(1000);
    assertThat(hundredths.hold()).isEqualTo(Duration.ofSeconds(5));
    assertThat(threshold("host.load_1min >= 0.5").limit()).isEqualTo(50);
    assertThat(threshold("host.mem_available_bytes<4Gi").limit()).isEqualTo(4L << 30);
    assertThat(threshold("gpu.clocks_event_reasons & 0x48").limit()).isEqualTo(0x48);
  }

  @Test
  void rateIsPerSecondAndOfOneEntityWhereOneIsNamed() throws TriggerException {
    Trigger.Threshold rate = threshold("rate( disk[disk:nvme0n1].read_bytes ) > 1.5G for 1m30s");

    assertThat(rate.isRate()).isTrue();
    assertThat(rate.entity()).isEqualTo("disk:nvme0n1");
    assertThat(rate.limitPerSecond()).isEqualTo(1.5e9);
    assertThat(rate.hold()).isEqualTo(Duration.ofSeconds(90));
  }

  @Test
  void xidsAreListedOrAnyCounts() throws TriggerException {
    assertThat(((Trigger.Xid) Trigger.parse("xid")).codes()).isEmpty();
    assertThat(((Trigger.Xid) Trigger.parse("xid 48, 63,79")).codes())
        .containsExactlyInAnyOrder(48L, 63L, 79L);
  }

  @Test
  void backslashesInQuotesAreTheExpressions() throws TriggerException {
    Trigger.Kernel kernel = (Trigger.Kernel) Trigger.parse("kernel \"a \\\"b\\\" \\[\\d+\\\\\"");

    assertThat(kernel.pattern().pattern()).isEqualTo("a \"b\" \\[\\d+\\\\");
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
          ``                                | found the end at character 1, expected a column such as psi.memory_full_avg10_pct, rate(…), xid, kernel or exit
          psi.memory_full_avg10 > 1         | found "psi.memory_full_avg10", expected a column, perhaps psi.memory_full_avg10_pct
          xdi 48                            | found "xdi", expected a column, perhaps xid
          net.received                      | found "net.received", expected a column, perhaps net.rx_bytes, net.tx_bytes
          nothing.like_it_anywhere > 1      | found "nothing.like_it_anywhere", expected a column; docs/reference/metrics.md lists them
          host > 1                          | found "> 1" at character 6, expected "." and a column of host
          host.load_1min = 1                | found "= 1" at character 16, expected > >= < <= == != or &
          host.load_1min > much             | found "much" at character 18, expected a number
          host.load_1min > 1.005            | found 1.005, expected a number as host.load_1min has it: 64 bits, at most 2 decimals
          host.mem_free_bytes < 0.5         | found 0.5, expected a number as host.mem_free_bytes has it: 64 bits of B, no decimals
          host.load_1min > 1 for            | found the end at character 23, expected a duration such as 500ms, 20s, 1m30s
          host.load_1min > 1 for ever       | found "ever" at character 24, expected a duration such as 500ms, 20s, 1m30s
          host.load_1min > 1 since noon     | found "since noon" at character 20, expected "for" and a duration, or the end
          host.load_1min > 1 for 5s or so   | found "or so" at character 27, expected the end
          rate(host.mem_free_bytes) > 1     | found rate(host.mem_free_bytes), expected a counter; it is a gauge
          rate(disk.read_bytes & 1          | found "& 1" at character 22, expected ")"
          cpu[cpu:3.user_ms > 1             | found "[cpu:3.user_ms > 1" at character 4, expected "]" behind the entity
          event.code == 79                  | found event.code, expected a number that is sampled; this one is written when something happens
          xid 48,                           | found the end at character 8, expected the number of an XID
          xid big                           | found "big" at character 5, expected the number of an XID
          kernel NVRM                       | found "NVRM" at character 8, expected an expression in double quotes
          kernel "NVRM                      | found the end at character 13, expected a closing double quote
          kernel ""                         | found an empty expression, which every line matches
          kernel "a(b"                      | found the expression "a(b", which is none: Unclosed group at character 4
          exit 7                            | found "7" at character 6, expected the end
          """)
  void whatIsNoTriggerIsNamed(String text, String message) {
    assertThatThrownBy(() -> Trigger.parse(text))
        .isInstanceOf(TriggerException.class)
        .hasMessage(message);
  }

  /** The page shows what the parser takes. */
  @Test
  void everyExampleOfThePageIsATrigger() throws IOException, TriggerException {
    List<String> examples =
        EXAMPLE.matcher(Files.readString(PAGE)).results().map(r -> r.group(1)).toList();

    assertThat(examples).hasSizeGreaterThan(8);
    for (String example : examples) {
      assertThat(Trigger.parse(example).text()).isEqualTo(example);
    }
  }
}
