package io.esnode.analyzer;

import static org.assertj.core.api.Assertions.assertThat;

import io.esnode.ledger.Finding;
import io.esnode.ledger.State;
import io.esnode.rule.Rule;
import io.esnode.rule.RuleBook;
import io.esnode.signature.TrustState;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RuleFilesTest {
  @TempDir
  Path dir;

  static Stream<RuleCase> cases() throws IOException {
    List<RuleCase> cases = new ArrayList<>();
    for (Rule rule : RuleBook.builtIn().rules()) {
      cases.addAll(RuleCase.parse(rule.id() + ".test", text(rule)));
    }
    return cases.stream();
  }

  static Stream<Rule> rules() {
    return RuleBook.builtIn().rules().stream();
  }

  private static String text(Rule rule) throws IOException {
    try (InputStream in = RuleBook.class.getResourceAsStream(rule.id() + ".test")) {
      assertThat(in).as("%s.test beside %s.sql", rule.id(), rule.id()).isNotNull();
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void ruleFindsWhatItsTestSays(RuleCase one) throws Exception {
    requireExpected(one, one.recording());
  }

  static Stream<RuleCase> casesOfTheHost() throws IOException {
    return cases()
        .filter(one -> !one.state().equals("not_observed"))
        .filter(one -> rule(one).requires().stream()
            .anyMatch(column -> column.matches("(host|cpu|psi|disk|net)[.].*")));
  }

  @ParameterizedTest
  @MethodSource("casesOfTheHost")
  void ruleFindsTheSameWhereABurstWasSampled(RuleCase one) throws Exception {
    requireExpected(one, one.recording().withBurst());
  }

  private static Rule rule(RuleCase one) {
    return RuleBook.builtIn().find(one.file().replace(".test", "")).orElseThrow();
  }

  private void requireExpected(RuleCase one, Recording recording) throws Exception {
    Rule rule = rule(one);
    Evaluation.Outcome outcome;

    VerifiedBundle bundle = recording.verified(dir.resolve("t.parquet"), TrustState.UNSIGNED);
    try (OpenBundle open = bundle.bundle();
        Session session = Session.open(List.of(bundle), 256)) {
      assertThat(open.name()).isEqualTo("t.parquet");
      Availability availability =
          Availability.of(session.connection(), session.inputs(), rule.requires());
      outcome = new Evaluation(session.connection(), availability, List.of("00"), "1.0000")
          .evaluate(rule);
    }

    assertThat(outcome.result().state().word())
        .as(outcome.result().reason())
        .isEqualTo(one.state());
    assertThat(found(outcome, one.columns())).containsExactlyElementsOf(one.expected());
    assertThat(outcome.findings())
        .allSatisfy(f -> assertThat(f.explanation()).doesNotContain("${").isNotBlank());
  }

  @ParameterizedTest
  @MethodSource("rules")
  void everyRuleIsTestedBothWays(Rule rule) throws IOException {
    assertThat(RuleCase.parse(rule.id() + ".test", text(rule)))
        .extracting(RuleCase::state)
        .contains("present", "absent");
  }

  /** The asserted columns of each finding that is present. */
  private static List<Map<String, String>> found(Evaluation.Outcome outcome, List<String> columns) {
    List<Map<String, String>> rows = new ArrayList<>();
    for (Finding finding : outcome.findings()) {
      if (finding.state() != State.PRESENT) {
        continue;
      }
      Map<String, String> all = new HashMap<>();
      outcome.figures().stream()
          .filter(f -> finding.figures().contains(f.id()))
          .forEach(f -> all.put(f.column(), f.value()));
      all.put("entity", finding.entity());
      all.put("first_ts", finding.firstTs());
      all.put("last_ts", finding.lastTs());
      all.put("rows", String.valueOf(finding.evidence().rowCount()));
      all.put("explanation", finding.explanation());
      all.put("severity", finding.severity().word());
      Map<String, String> row = new LinkedHashMap<>();
      columns.forEach(c -> row.put(c, all.get(c)));
      rows.add(row);
    }
    return rows;
  }
}
