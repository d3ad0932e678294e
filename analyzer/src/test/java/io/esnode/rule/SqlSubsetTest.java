package io.esnode.rule;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SqlSubsetTest {
  static Stream<Rule> rules() {
    return RuleBook.builtIn().rules().stream();
  }

  static Stream<Chart> charts() {
    return Chart.builtIn().stream();
  }

  @ParameterizedTest
  @MethodSource("rules")
  void ruleStaysInTheSubset(Rule rule) {
    assertThat(SqlSubset.ruleProblems(rule.sql())).as(rule.id()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("charts")
  void chartStaysInTheSubset(Chart chart) {
    assertThat(SqlSubset.problems(chart.sql())).as(chart.id()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT \"entity\" FROM host",
        "SELECT ids[1] FROM host",
        "SELECT 2 ^ 3",
        "SELECT log(x) FROM host",
        "SELECT concat(a, b) FROM host",
        "SELECT list(row_id ORDER BY row_id) FROM host",
        "SELECT a / b FROM host",
        "SELECT a::BIGINT FROM host",
        "SELECT ts FROM host ORDER BY ts",
        "SELECT lag(ts) OVER (PARTITION BY entity ORDER BY mono_ns) FROM host",
        "SELECT ts FROM host LIMIT 3",
        "SELECT any_value(ts) FROM host",
        "SELECT approx_quantile(x, 0.5) FROM host",
        "SELECT now()",
        "SELECT current_timestamp",
        "SELECT avg(x) FROM host",
        "SELECT CAST(x AS DOUBLE) FROM host",
        "SELECT * EXCLUDE (ts) FROM host",
        "SELECT 1; SELECT 2"
      })
  void sqlThatOneEngineReadsOtherwiseIsRefused(String sql) {
    assertThat(SqlSubset.problems(sql)).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT * FROM host ORDER BY entity",
        "SELECT entity FROM host ORDER BY entity",
        "SELECT entity, array_agg(row_id) AS evidence FROM host GROUP BY entity"
      })
  void ruleWithoutEvidenceOrOrderIsRefused(String sql) {
    assertThat(SqlSubset.ruleProblems(sql)).isNotEmpty();
  }
}
