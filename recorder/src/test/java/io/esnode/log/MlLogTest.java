package io.esnode.log;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.esnode.dataset.DataSet;
import io.esnode.spool.TextRow;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MlLogTest {
  /** As mlperf_logging 5.0 prints it; the time is that of the clock of these tests. */
  private static final String RUN_START =
      ":::MLLOG {\"namespace\": \"\", \"time_ms\": 1781000001250, \"event_type\": \"INTERVAL_START\", \"key\": \"run_start\", \"value\": null, \"metadata\": {\"file\": \"/workspace/sd/callbacks.py\", \"lineno\": 426}}\n";

  private static final String STATS =
      ":::MLLOG {\"namespace\": \"\", \"time_ms\": 1781000002250, \"event_type\": \"POINT_IN_TIME\", \"key\": \"tracked_stats\", \"value\": {\"throughput\": 1794.7044679782773, \"step\": [1, 1e-08, true, \"a\"]}, \"metadata\": {\"step_num\": 0}}\n";

  private final Collected to = new Collected();

  private List<TextRow> rows(byte[] output, int piece) {
    MlLog log = MlLog.start(() -> Collected.NOW, Collected.NOW, Collected::keyed, to);
    for (int from = 0; from < output.length; from += piece) {
      byte[] next =
          java.util.Arrays.copyOfRange(output, from, Math.min(output.length, from + piece));
      log.take(next, next.length);
    }
    log.finish();
    log.close(Duration.ofSeconds(30));
    return to.of("event");
  }

  private List<TextRow> rows(String output) {
    return rows(output.getBytes(UTF_8), 4096);
  }

  private String detail() {
    return to.texts("audit", "detail").get(0);
  }

  @Test
  void lineIsARowAtTheCommandsOwnTime() {
    assertThat(rows("epoch 1\n" + RUN_START)).singleElement().satisfies(row -> {
      assertThat(row.texts())
          .containsEntry("event_class", "mllog")
          .containsEntry("reason", "run_start")
          .containsEntry("event_type", "INTERVAL_START")
          .doesNotContainKey("value");
      assertThat(row.texts().get("text")).contains("\"lineno\": 426");
      assertThat(row.tsMicros()).isEqualTo(1_781_000_001_250_000L);
      assertThat(row.origin()).isEqualTo("pre_record");
    });
    assertThat(detail()).isEqualTo("1 records; 1 recorded");
  }

  @Test
  void valueIsJsonWithItsNumbersAsTheyWere() {
    assertThat(rows(STATS))
        .extracting(row -> row.texts().get("value"))
        .containsExactly("{\"throughput\":1794.7044679782773,\"step\":[1,1E-8,true,\"a\"]}");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 64})
  void bytesMayComeInAnyPieces(int piece) {
    String output = "x\n" + RUN_START + "::MLLOG {}\n" + STATS + "no newline " + RUN_START.strip();

    assertThat(rows(output.getBytes(UTF_8), piece))
        .extracting(row -> row.texts().get("reason"))
        .containsExactly("run_start", "tracked_stats");
  }

  @Test
  void numberOfATaskMayStandBeforeTheMark() {
    assertThat(rows("0: " + RUN_START + "12: " + STATS + "1234567: " + STATS + "a: " + STATS))
        .hasSize(2);
  }

  @Test
  void lastLineNeedsNoNewline() {
    assertThat(rows(RUN_START.strip())).hasSize(1);
  }

  @Test
  void linesThatAreNoneAreCounted() {
    rows(":::MLLOG not json\n:::MLLOG {\"key\": 5}\n:::MLLOG {\"value\": 1}\n" + RUN_START);

    assertThat(to.gaps())
        .contains(
            "standard output: 1 lines are no lines of MLPerf's logging, the first at byte 0",
            "standard output: 3 lines are no lines of MLPerf's logging, the first at byte 0");
    assertThat(detail()).isEqualTo("4 records; 1 recorded, 3 unreadable");
  }

  @Test
  void hugeLineIsLeftOutAndTheNextIsRead() {
    String huge = ":::MLLOG {\"key\": \"" + "a".repeat(1 << 20) + "\"}\n";

    assertThat(rows(huge + "b".repeat(1 << 20) + "\n" + RUN_START)).hasSize(1);
    assertThat(detail()).contains("1 unreadable");
  }

  @Test
  void hostileTextIsPrintableAndBounded() {
    String line = ":::MLLOG {\"key\": \"a\\u001b[2J\", \"event_type\": \"x\\n\", \"value\": \""
        + "\\u202e".repeat(1000) + "\"}\n";

    assertThat(rows(line)).singleElement().satisfies(row -> {
      assertThat(row.texts().get("reason")).doesNotContain("\u001b");
      assertThat(row.texts()).doesNotContainKey("event_type");
      assertThat(row.texts().values()).allSatisfy(text -> assertThat(text).hasSizeLessThan(16_000));
    });
  }

  @Test
  void bytesOfAnyKindAreNoLines() {
    byte[] all = new byte[1 << 16];
    for (int i = 0; i < all.length; i++) {
      all[i] = (byte) (i * 31);
    }

    assertThat(rows(all, 1000)).isEmpty();
    assertThat(detail()).isEqualTo("0 records; 0 recorded");
  }

  @Test
  void stormOfOneKeyIsCounted() {
    assertThat(rows(RUN_START.repeat(100))).hasSize(RowRate.ROWS);
    assertThat(to.gaps())
        .anyMatch(reason -> reason.startsWith("Suppressed 80 records of run_start"));
  }

  /** Results of MLPerf training 5.0. */
  @Test
  void publishedResultsAreRead() throws IOException {
    Map<String, Integer> keys = new TreeMap<>();
    int marked = 0;
    List<Path> files = new ArrayList<>();
    try (var all = Files.walk(DataSet.of("mlperf_results/open/training_v5.0"))) {
      all.filter(file -> file.getFileName().toString().startsWith("result_"))
          .filter(Files::isRegularFile)
          .forEach(files::add);
    }
    for (Path file : files) {
      byte[] text;
      try (InputStream in = new GZIPInputStream(Files.newInputStream(file))) {
        text = in.readAllBytes();
      }
      marked += (int) new String(text, ISO_8859_1)
          .lines()
          .filter(line -> line.matches("([0-9]{1,6}: )?:::MLLOG .*"))
          .count();
      MlLogRows parser =
          new MlLogRows(to.log("mllog", "mllog", "event"), new LogNames(Collected.keyed()));
      MarkedLines lines = new MarkedLines(MlLog.MARK, (content, at) -> {
        assertThat(content != null && parser.line(content)).as(file.toString()).isTrue();
        keys.merge("lines", 1, Integer::sum);
        if (new String(Objects.requireNonNull(content), UTF_8).contains("\"key\": \"run_start\"")) {
          keys.merge("run_start", 1, Integer::sum);
        }
      });
      lines.take(text, text.length);
    }

    assertThat(keys).containsEntry("lines", marked).containsEntry("run_start", files.size());
    assertThat(files).hasSizeGreaterThan(20);
  }

  @Test
  void whoBringsTheBytesNeverWaits() {
    ByteArrayOutputStream output = new ByteArrayOutputStream();
    for (int i = 0; i < 20_000; i++) {
      byte[] line = STATS.replace("tracked_stats", "k" + i).getBytes(UTF_8);
      output.write(line, 0, line.length);
    }

    rows(output.toByteArray(), 1 << 16);

    assertThat(to.gaps())
        .anyMatch(reason -> reason.contains("came faster than they could be taken"));
    assertThat(to.of("event")).isNotEmpty();
  }
}
