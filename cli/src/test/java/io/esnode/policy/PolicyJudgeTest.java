package io.esnode.policy;

import static io.esnode.signature.ReasonCode.POLICY_AGE;
import static io.esnode.signature.ReasonCode.POLICY_CLOCK;
import static io.esnode.signature.ReasonCode.POLICY_COVERAGE;
import static io.esnode.signature.ReasonCode.POLICY_DOWNGRADE;
import static io.esnode.signature.ReasonCode.POLICY_EXCEPTION_EXPIRED;
import static io.esnode.signature.ReasonCode.POLICY_LOG_INCLUSION;
import static io.esnode.signature.ReasonCode.POLICY_SIGNER;
import static io.esnode.signature.ReasonCode.POLICY_SIMULATED;
import static io.esnode.signature.ReasonCode.POLICY_STREAM;
import static io.esnode.signature.ReasonCode.POLICY_THRESHOLD;
import static io.esnode.signature.ReasonCode.POLICY_TIMESTAMP;
import static org.assertj.core.api.Assertions.assertThat;

import io.esnode.bundle.BundleRows;
import io.esnode.bundle.Manifest;
import io.esnode.json.Json;
import io.esnode.signature.ExitCode;
import io.esnode.signature.PredicateType;
import io.esnode.signature.ReasonCode;
import io.esnode.signature.TrustState;
import io.esnode.signature.TrustedTime;
import io.esnode.signature.Verdict;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every rule: a case that passes and one that does not. */
class PolicyJudgeTest {
  private static final Instant END = Instant.parse("2026-11-21T10:00:00Z");
  private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");
  private static final String KEY = "a".repeat(64);
  private static final String OTHER = "b".repeat(64);

  /** 990 of 1000 ticks in 1000 s, 10 late, 2 dropped, one step. */
  private static Manifest manifest(String version) {
    long end = END.getEpochSecond() * 1_000_000;
    return new Manifest(
        "01993f6e-0000-7000-8000-000000000001",
        "n-0123456789abcdef",
        "b0b0b0b0-0000-4000-8000-000000000000",
        false,
        version,
        Map.of(),
        "c".repeat(64),
        end - 1_000_000_000L,
        end,
        1_000_000_000L,
        new Manifest.Ticks(1000, 990, 10, 2),
        new Manifest.Clock("unknown", List.of(new Manifest.Clock.Step(5, end, 200_000))),
        new Manifest.Cost(null, null),
        3,
        Map.of(),
        new Manifest.Spool("d".repeat(64), 1, 1, false, 0),
        new Manifest.Stream("01993f6e-0000-7000-8000-000000000002", 4, null, "continuous"),
        List.of(),
        null,
        List.of());
  }

  private static Artefact recording(
      String type, String version, @Nullable TrustedTime time, String... keys) {
    List<Verdict.SignerIdentity> trusted = new ArrayList<>();
    for (String key : keys) {
      trusted.add(new Verdict.SignerIdentity(key, "lab", null));
    }
    Json.Obj statement = Json.object()
        .put("predicateType", type)
        .put(
            "predicate",
            Json.object()
                .put(
                    "manifest",
                    PredicateType.RECORDINGS.contains(type)
                        ? manifest(version).toJson()
                        : Json.Null.NULL)
                .build())
        .build();
    return Artefact.of(
        new Verdict(
            "dir/a.parquet",
            "e".repeat(64),
            TrustState.TRUSTED_SIGNER,
            List.of(),
            List.of(),
            trusted.isEmpty() ? null : trusted.get(0),
            trusted,
            time,
            statement),
        () -> new ClockError(20_000L, "3 readings of kernel_clock"));
  }

  private static Artefact recording() {
    return recording(PredicateType.RECORDING, "0.1.0", null, KEY);
  }

  private static List<PolicyResult> judge(String rules, Artefact artefact) throws IOException {
    return new PolicyJudge(PolicyTest.policy(rules), null, NOW).judge(artefact);
  }

  private static List<ReasonCode> failing(List<PolicyResult> results) {
    return results.stream()
        .filter(PolicyResult::failing)
        .map(PolicyResult::reason)
        .toList();
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
      predicate_types: [recording]       | predicate_types: [report]           | POLICY_PREDICATE
      max_age: 2d                        | max_age: 23h                        | POLICY_AGE
      completeness: {coverage: 99 %}     | completeness: {coverage: 99.1 %}    | POLICY_COVERAGE
      completeness: {min_duration: 1000s}| completeness: {min_duration: 1001s} | POLICY_COVERAGE
      completeness: {max_dropped: 2}     | completeness: {max_dropped: 1}      | POLICY_DROPS
      completeness: {max_gaps: 3}        | completeness: {max_gaps: 2}         | POLICY_DROPS
      completeness: {max_late: 1.1 %}    | completeness: {max_late: 1 %}       | POLICY_DROPS
      clock: {max_error: 20 ms}          | clock: {max_error: 19 ms}           | POLICY_CLOCK
      clock: {max_steps: 1}              | clock: {max_steps: 0}               | POLICY_CLOCK
      recorder: {min_version: 0.1}       | recorder: {min_version: 0.1.1}      | POLICY_RECORDER_VERSION
      """)
  void aBoundIsMetOrFails(String met, String missed, ReasonCode rule) throws IOException {
    assertThat(failing(judge(met, recording()))).isEmpty();

    List<PolicyResult> results = judge(missed, recording());
    assertThat(failing(results)).containsExactly(rule);
    assertThat(results.get(results.get(0).reason() == rule ? 0 : 1).message())
        .contains("found ", "expected ", "; ");
  }

  @Test
  void signersMustBeNamedAndEnough() throws IOException {
    String both = "signers: {threshold: 2, keys: [%s, %s]}".formatted(KEY, OTHER);

    assertThat(failing(judge(both, recording(PredicateType.RECORDING, "0.1.0", null, KEY, OTHER))))
        .isEmpty();
    assertThat(failing(judge(both, recording()))).containsExactly(POLICY_THRESHOLD);
    assertThat(failing(judge("signers: {keys: [%s]}".formatted(OTHER), recording())))
        .containsExactly(POLICY_SIGNER, POLICY_THRESHOLD);
    assertThat(judge(both, recording(PredicateType.RECORDING, "0.1.0", null))
            .get(0)
            .outcome())
        .isEqualTo(PolicyResult.Outcome.NOT_EVALUABLE);
  }

  @Test
  @SuppressWarnings("NullAway") // javac 17 drops the @Nullable of the record's components
  void theKeyOfACertificateNamesNobody() throws IOException {
    Verdict verdict = recording().verdict();
    Artefact certified = Artefact.of(
        new Verdict(
            verdict.name(),
            verdict.sha256(),
            verdict.trust(),
            List.of(),
            List.of(),
            null,
            List.of(new Verdict.SignerIdentity(
                KEY, "ci", new Verdict.Identity("https://ci.example.org", "a@example.org"))),
            null,
            verdict.statement()),
        () -> new ClockError(null, "x"));

    assertThat(failing(judge("signers: {keys: [%s]}".formatted(KEY), certified)))
        .contains(POLICY_SIGNER);
    assertThat(failing(judge(
            "signers: {identities: [{issuer: https://ci.example.org, subject: a@example.org}]}",
            certified)))
        .isEmpty();
  }

  @Test
  void ageGoesByTheOlderOfTrustedTimeAndRecordersClock() throws IOException {
    TrustedTime early =
        new TrustedTime(END.minus(Duration.ofDays(30)), TrustedTime.Source.EXTERNAL_TSA, "tsa");
    TrustedTime late = new TrustedTime(NOW, TrustedTime.Source.EXTERNAL_TSA, "tsa");

    PolicyResult older = judge(
            "max_age: 2d", recording(PredicateType.RECORDING, "0.1.0", early, KEY))
        .get(0);
    PolicyResult younger = judge(
            "max_age: 2d", recording(PredicateType.RECORDING, "0.1.0", late, KEY))
        .get(0);

    assertThat(older.failing()).isTrue();
    assertThat(older.message()).contains("by the trusted time of tsa");
    assertThat(younger.failing()).isFalse();
    assertThat(younger.message()).contains("PT24H", "by the recorder's clock");
  }

  @Test
  void evidenceFromTheFutureHasNoAge() throws IOException {
    PolicyJudge early =
        new PolicyJudge(PolicyTest.policy("max_age: 2d"), null, END.minus(Duration.ofHours(1)));

    assertThat(failing(early.judge(recording()))).containsExactly(POLICY_AGE);
  }

  @Test
  void timeStampOfTheSiteIsNotExternal() throws IOException {
    TrustedTime site = new TrustedTime(END, TrustedTime.Source.SITE_TSA, "site");
    Artefact stamped = recording(PredicateType.RECORDING, "0.1.0", site, KEY);

    assertThat(failing(judge("timestamp: required", stamped))).isEmpty();
    assertThat(failing(judge("timestamp: external", stamped))).containsExactly(POLICY_TIMESTAMP);
    assertThat(failing(judge("timestamp: required", recording())))
        .containsExactly(POLICY_TIMESTAMP);
  }

  @Test
  void simulatedIsRefusedUnlessAllowed() throws IOException {
    Artefact simulated = recording(PredicateType.SIMULATED_RECORDING, "0.1.0", null, KEY);

    assertThat(failing(judge("max_age: 2d", simulated))).containsExactly(POLICY_SIMULATED);
    assertThat(failing(judge("max_age: 2d\nsimulated: allow", simulated))).isEmpty();
  }

  @Test
  void whatCannotBeEvaluatedFails() throws IOException {
    List<PolicyResult> results = judge(
        "max_age: 2d\ncompleteness: {coverage: 1 %}\nclock: {max_steps: 9}\nstream: unbroken\nlog: required",
        recording(PredicateType.REPORT, "0.1.0", null, KEY));

    assertThat(results.stream()
            .filter(r -> r.outcome() == PolicyResult.Outcome.NOT_EVALUABLE)
            .map(PolicyResult::reason))
        .containsExactlyInAnyOrder(
            POLICY_AGE, POLICY_COVERAGE, POLICY_CLOCK, POLICY_STREAM, POLICY_LOG_INCLUSION);
    assertThat(results).filteredOn(PolicyResult::failing).allMatch(r -> r.exit() != ExitCode.OK);
  }

  @Test
  void unknownClockIsNotAGoodOne() throws IOException {
    Artefact unknown = Artefact.of(recording().verdict(), () -> ClockError.of("clock", List.of()));

    assertThat(judge("clock: {max_error: 1 s}", unknown).stream()
            .filter(PolicyResult::failing)
            .map(PolicyResult::outcome))
        .containsExactly(PolicyResult.Outcome.NOT_EVALUABLE);
  }

  @Test
  void clockErrorIsTheWorstReadingAndOneThatWasNotSynchronisedIsNone() {
    BundleRows.Row good =
        new BundleRows.Row(Map.of(), Map.of("synchronized", 1L, "max_error_us", 900L));
    BundleRows.Row worse =
        new BundleRows.Row(Map.of(), Map.of("synchronized", 1L, "max_error_us", 1900L));
    BundleRows.Row lost =
        new BundleRows.Row(Map.of(), Map.of("synchronized", 0L, "max_error_us", 1L));

    assertThat(ClockError.of("kernel_clock", List.of(good, worse)).boundMicros())
        .isEqualTo(1900);
    assertThat(ClockError.of("kernel_clock", List.of(good, lost)).boundMicros()).isNull();
  }

  @Test
  void warningsDoNotDecide() throws IOException {
    List<PolicyResult> results = judge("mode: warn\nmax_age: 1h", recording());

    assertThat(failing(results)).containsExactly(POLICY_AGE);
    assertThat(results).allMatch(result -> result.exit() == ExitCode.OK);
  }

  @ParameterizedTest
  @CsvSource({"a.*,2026-12-01T00:00:00Z,true", "b.*,2026-12-01T00:00:00Z,false"})
  void anExceptionCountsForItsFiles(String artefact, String until, boolean waived)
      throws IOException {
    List<PolicyResult> results = judge(
        "max_age: 1h\nexceptions: [{rule: ESV-POL-004, artefact: '%s', reason: late, until: %s}]"
            .formatted(artefact, until),
        recording());

    assertThat(failing(results).isEmpty()).isEqualTo(waived);
    assertThat(results.get(0).outcome())
        .isEqualTo(waived ? PolicyResult.Outcome.WAIVED : PolicyResult.Outcome.FAILED);
  }

  @Test
  void anExceptionThatExpiredIsAFailureOfItsOwn() throws IOException {
    String rules =
        "exceptions: [{rule: ESV-POL-004, artefact: '*', reason: late, until: 2026-11-22T10:00:00Z}]";

    assertThat(failing(judge("max_age: 1h\n" + rules, recording())))
        .containsExactly(POLICY_AGE, POLICY_EXCEPTION_EXPIRED);
    assertThat(failing(judge("max_age: 2d\n" + rules, recording()))).isEmpty();
  }

  @Test
  void wholeStreamBeginsAtItsBeginning() throws IOException {
    PolicyJudge unbroken = new PolicyJudge(PolicyTest.policy("stream: unbroken"), null, NOW);
    PolicyJudge whole = new PolicyJudge(PolicyTest.policy("stream: whole"), null, NOW);
    List<String> files = List.of("a", "b");

    assertThat(failing(unbroken.judgeStream(files, 3, 4, true))).isEmpty();
    assertThat(failing(unbroken.judgeStream(files, 3, 5, false))).containsExactly(POLICY_STREAM);
    assertThat(failing(whole.judgeStream(files, 3, 4, true))).containsExactly(POLICY_STREAM);
    assertThat(failing(whole.judgeStream(files, 0, 1, true))).isEmpty();
  }

  @Test
  void anchorThatNobodySawFails() throws IOException {
    PolicyJudge judge = new PolicyJudge(PolicyTest.policy("anchor: 5m"), null, NOW);

    assertThat(failing(judge.judgeAnchor(List.of("a"), Duration.ofMinutes(5)))).isEmpty();
    assertThat(failing(judge.judgeAnchor(List.of("a"), Duration.ofMinutes(6)))).hasSize(1);
    assertThat(failing(judge.judgeAnchor(List.of("a"), null))).hasSize(1);
    assertThat(failing(judge.judgeAlone("a", true, false))).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
      0.1.0 | 990000 |                                                                  | true
      0.0.9 | 980000 |                                                                  | true
      0.1.1 | 990000 | recorder version "0.1.0", was 0.1.1                              | false
      0.1.0 | 990001 | coverage 99 %, was 99.0001 %                                     | false
      """)
  void nothingMayFallBehindTheBaseline(
      String version, long coverage, @Nullable String weaker, boolean passes) throws Exception {
    Completeness had = Completeness.of(manifest(version));
    Json.Obj before = Json.object()
        .put("schema", Baseline.SCHEMA)
        .put(
            "files",
            Json.array(List.of(Json.object()
                .put("name", "old.parquet")
                .put("trust", "TRUSTED SIGNER")
                .put("predicate_type", PredicateType.RECORDING)
                .put(
                    "trusted",
                    Json.array(List.of(Json.object().put("key_id", KEY).build())))
                .put("time", Json.Null.NULL)
                .put(
                    "recording",
                    new Completeness(
                            version,
                            coverage,
                            had.least(),
                            had.captured(),
                            had.expected(),
                            had.dropped(),
                            had.latePpm(),
                            had.gaps(),
                            had.clockSteps(),
                            had.startTs(),
                            had.endTs())
                        .toJson())
                .build())))
        .build();
    PolicyJudge judge = new PolicyJudge(
        PolicyTest.policy("baseline: {file: last.json}"),
        Baseline.parse(before.canonical().getBytes(StandardCharsets.UTF_8)),
        NOW);

    List<PolicyResult> results = judge.judge(recording());

    assertThat(failing(results).isEmpty()).isEqualTo(passes);
    if (weaker != null) {
      assertThat(results).anyMatch(result -> result.message().contains(weaker));
    }
    assertThat(failing(judge.judge(recording(PredicateType.RECORDING, "9", null, OTHER))))
        .contains(POLICY_DOWNGRADE);
  }
}
