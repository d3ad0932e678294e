package io.esnode.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.esnode.yaml.YamlException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is a policy, and what is refused as one. */
class PolicyTest {
  private static final String HEAD = "policy: esnode.policy/1\nname: gate\n";

  static Policy policy(String rules) throws YamlException {
    return Policy.parse("p.yaml", (HEAD + rules).getBytes(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
      mode: enforce                                  | found a policy that asks for nothing
      simulated: allow                               | found a policy that asks for nothing
      max_agee: 7d                                   | p.yaml:3:1: found max_agee: (did you mean max_age?)
      max_age: 7                                     | p.yaml:3:10: found "7", expected a time such as
      max_age: 0s                                    | expected more than 0
      mode: warm                                     | found "warm" (did you mean warn?)
      stream: broken                                 | found "broken" (did you mean unbroken?)
      predicate_types: [recordin]                    | found "recordin" (did you mean recording?)
      predicate_types: []                            | found 0, expected 1 to 1000
      signers: {}                                    | found neither keys, identities nor threshold
      signers: {keys: [abc]}                         | expected a key id: 64 hex digits
      completeness: {coverage: 101 %}                | expected a share such as 99.5 %
      completeness: {coverage: 0.99}                 | expected a share such as 99.5 %
      completeness: {max_dropped: -1}                | expected a number from 0
      recorder: {min_version: latest}                | expected a version such as 0.1.0
      recorder: {}                                   | min_version: is missing
      baseline: {file: b.json, sha256: 12}           | expected 64 hex digits
      log: optional                                  | expected required
      max_age: !!str 7d                              | found the tag
      """)
  void aMistakeIsOneLineThatNamesItsPlace(String rules, String message) {
    assertThatThrownBy(() -> policy(rules))
        .isInstanceOf(YamlException.class)
        .hasMessageContaining(message)
        .hasMessageStartingWith("p.yaml:");
  }

  @Test
  void thresholdThatNobodyCanReachIsRefused() {
    String id = "0".repeat(64);

    assertThatThrownBy(() -> policy("signers: {threshold: 2, keys: [%s]}".formatted(id)))
        .hasMessageContaining("found 2 of 1 signers, which nobody can reach");
  }

  @Test
  void inclusionInTheLogCannotBeWaived() {
    assertThatThrownBy(
            () -> policy(
                "max_age: 1d\nexceptions: [{rule: POLICY_LOG_INCLUSION, artefact: '*', reason: x, until: 2027-01-01T00:00:00Z}]"))
        .hasMessageContaining("expected a rule that can be waived");
  }

  @Test
  void everyRuleIsRead() throws YamlException {
    Policy policy = policy("""
        mode: warn
        predicate_types: [recording, "https://example.org/x/v1"]
        signers:
          threshold: 2
          keys: ["%s"]
          identities: [{issuer: https://ci.example.org, subject: release@example.org}]
        max_age: 7d
        timestamp: external
        simulated: refuse
        completeness: {coverage: 99.5 %%, min_duration: 10m, max_dropped: 0, max_gaps: 5, max_late: 1 %%}
        clock: {max_error: 50 ms, max_steps: 0}
        stream: whole
        anchor: 5m
        recorder: {min_version: 0.1.0}
        baseline: {file: last.json}
        log: required
        exceptions:
          - {rule: ESV-POL-006, artefact: "node7-*", reason: replaced, until: 2026-12-01T00:00:00Z}
        """.formatted("a".repeat(64)));

    assertThat(policy.enforce()).isFalse();
    assertThat(policy.predicateTypes()).hasSize(2);
    assertThat(policy.bounds().coveragePpm()).isEqualTo(995_000);
    assertThat(policy.bounds().clockErrorMicros()).isEqualTo(50_000);
    assertThat(policy.stream()).isEqualTo(Policy.Stream.WHOLE);
    assertThat(policy.timestamp()).isEqualTo(Policy.TimeStamp.EXTERNAL);
    assertThat(policy.exceptions()).hasSize(1);
  }

  @Test
  void patternsOfExceptionsMatchWholeNames() {
    assertThat(Waiver.matches("node?-*.parquet", "node7-a.parquet")).isTrue();
    assertThat(Waiver.matches("*", "")).isTrue();
    assertThat(Waiver.matches("a", "ab")).isFalse();
    assertThat(Waiver.matches("*".repeat(1000) + "b", "a".repeat(10_000))).isFalse();
  }

  @Test
  void previewIsOlderThanItsVersion() {
    assertThat(version("0.2.0-rc1")).isLessThan(version("0.2.0")).isGreaterThan(version("0.1.9"));
    assertThat(version("0.10")).isGreaterThan(version("0.9.9"));
    assertThat(Version.parse("latest")).isEmpty();
  }

  private static Version version(String text) {
    return Version.parse(text).orElseThrow();
  }

  @FuzzTest
  void anyBytesArePolicyOrYamlException(byte[] data) {
    try {
      Policy.parse("p.yaml", data);
    } catch (YamlException refused) {
      return;
    }
  }
}
