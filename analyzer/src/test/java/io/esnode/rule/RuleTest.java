package io.esnode.rule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.esnode.ledger.RuleResult;
import io.esnode.ledger.Severity;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RuleTest {
  private static final String TEXT = """
      -- id:       disk-hot
      -- title:    Disk is hot
      -- severity: warning
      -- requires: disk.reads_count, disk.io_time_ms
      -- ticks:    2
      -- param:    min_c = 60   hotter than this
      -- param:    min_share = 0.25   of the time
      -- figure:   peak_c | Hottest | Cel | 1
      -- text:     side
      -- source:   a data sheet
      -- explain:  Up to ${peak_c} °C on the ${side},
      --           more than ${min_c} °C.
      SELECT entity, ${min_c} AS peak_c
      FROM disk
      WHERE io_time_ms > ${min_share}
      """;

  @Test
  void headerGivesRule() throws Exception {
    Rule rule = Rule.parse("disk-hot.sql", TEXT);

    assertThat(rule.severity()).isEqualTo(Severity.WARNING);
    assertThat(rule.rulebook()).isEqualTo("esnode");
    assertThat(rule.requires()).containsExactly("disk.reads_count", "disk.io_time_ms");
    assertThat(rule.params())
        .containsExactly(
            new RuleResult.Param("min_c", "60", "hotter than this"),
            new RuleResult.Param("min_share", "0.25", "of the time"));
    assertThat(rule.figures())
        .containsExactly(new Rule.FigureColumn("peak_c", "Hottest", "Cel", 1));
    assertThat(rule.explain())
        .isEqualTo("Up to ${peak_c} °C on the ${side}, more than ${min_c} °C.");
  }

  @Test
  void thresholdsStandTypedInTheSql() throws Exception {
    assertThat(Rule.parse("disk-hot.sql", TEXT).sql())
        .isEqualTo("SELECT entity, CAST(60 AS BIGINT) AS peak_c\nFROM disk\n"
            + "WHERE io_time_ms > CAST(0.25 AS DECIMAL(18, 2))");
  }

  /** Values come from evidence and may look like placeholders themselves. */
  @Test
  void explanationTakesValuesAsTheyAre() throws Exception {
    assertThat(Rule.parse("disk-hot.sql", TEXT)
            .explanation(Map.of("peak_c", "71.5", "side", "${min_c} $1 \\")))
        .isEqualTo("Up to 71.5 °C on the ${min_c} $1 \\, more than 60 °C.");
  }

  @Test
  void misspeltKeyIsRefusedWithItsLine() {
    assertRefused(
        "-- title:", "-- titel:", "x.sql line 2: unknown key \"titel\", expected one of id, title");
  }

  @Test
  void misspeltSeverityIsRefusedWithItsLine() {
    assertRefused(
        "severity: warning",
        "severity: bad",
        "x.sql line 3: severity \"bad\", expected info, warning, error or critical");
  }

  @Test
  void idOfOtherShapeIsRefused() {
    assertRefused(
        "disk-hot",
        "Disk Hot",
        "x.sql line 1: id \"Disk Hot\", expected lower-case words with hyphens");
  }

  @Test
  void secondValueOfAKeyIsRefused() {
    assertRefused(
        "-- source:   a data sheet",
        "-- source: a\n-- source: b",
        "x.sql line 11: \"-- source:\" stands here a second time");
  }

  @Test
  void missingValueIsRefused() {
    assertRefused(
        "-- source:   a data sheet", "-- source:", "x.sql line 10: no value for \"-- source:\"");
  }

  @Test
  void columnWithoutTableIsRefused() {
    assertRefused(
        "disk.io_time_ms",
        "io_time_ms",
        "x.sql line 4: requires \"io_time_ms\", expected table.column names");
  }

  @Test
  void thresholdThatIsNoNumberIsRefused() {
    assertRefused(
        "min_c = 60",
        "min_c = 6e1",
        "x.sql line 6: param \"min_c = 6e1   hotter than this\", expected");
  }

  @Test
  void thresholdNobodyUsesIsRefused() {
    assertRefused("> ${min_share}", "> 1", "x.sql: param min_share is not used in the SQL");
  }

  @Test
  void placeholderNobodyDeclaredIsRefusedWithItsLine() {
    assertRefused(
        "FROM disk",
        "FROM ${table}",
        "x.sql line 14: ${table} in the SQL is no param of this rule");
    assertRefused(
        "on the ${side}",
        "on ${back}",
        "x.sql line 11: ${back} in the explanation is no param, figure or text");
  }

  @Test
  void figureWithoutUnitIsRefused() {
    assertRefused("| Cel |", "||", "x.sql line 8: figure \"peak_c | Hottest || 1\", expected");
  }

  @Test
  void headerWithoutSqlIsRefused() {
    assertThatThrownBy(() -> Rule.parse("x.sql", "-- id: a\n"))
        .isInstanceOf(RuleException.class)
        .hasMessage("x.sql line 2: the header is not followed by SQL");
  }

  @Test
  void lineThatIsNoEntryIsRefused() {
    assertThatThrownBy(() -> Rule.parse("x.sql", "-- just words\nSELECT 1"))
        .isInstanceOf(RuleException.class)
        .hasMessage("x.sql line 1: found \"-- just words\", expected \"-- key: value\"");
  }

  @Test
  void nearestNamesWhatWasProbablyMeant() {
    RuleBook book = RuleBook.builtIn();

    assertThat(book.nearest("oom").get(0)).isEqualTo("oom-kill");
    assertThat(book.nearest("disk-stcuk").get(0)).isEqualTo("disk-stuck");
    assertThat(book.nearest("")).hasSize(3);
  }

  /** Whatever a rule file holds, only the declared exception escapes. */
  @FuzzTest
  void textGivesRuleOrRuleException(byte[] data) {
    String text = new String(data, StandardCharsets.UTF_8);
    assertThatCode(() -> {
          try {
            Rule rule = Rule.parse("fuzz.sql", text);
            rule.sql();
            rule.explanation(Map.of());
          } catch (RuleException refused) {
            assertThat(refused.getMessage()).startsWith("fuzz.sql");
          }
        })
        .doesNotThrowAnyException();
  }

  private static void assertRefused(String from, String to, String message) {
    assertThat(TEXT).contains(from);
    assertThatThrownBy(() -> Rule.parse("x.sql", TEXT.replace(from, to)))
        .isInstanceOf(RuleException.class)
        .hasMessageStartingWith(message);
  }
}
