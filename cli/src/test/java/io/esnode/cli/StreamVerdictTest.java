package io.esnode.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.esnode.json.Json;
import io.esnode.signature.TrustState;
import io.esnode.signature.Verdict;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class StreamVerdictTest {
  @Test
  void bundlesThatNameOneAnotherPassInWhateverOrderTheyAreGiven() {
    StreamVerdict verdict = only(bundle("c", 2, "bb"), bundle("a", 0, null), bundle("b", 1, "aa"));

    assertThat(verdict.exit()).isZero();
    assertThat(verdict.first()).isZero();
    assertThat(verdict.last()).isEqualTo(2);
  }

  @Test
  void holeIsMissingEvidence() {
    StreamVerdict verdict = only(bundle("a", 0, null), bundle("e", 4, "dd"));

    assertThat(verdict.exit()).isEqualTo(3);
    assertThat(codes(verdict)).containsExactly("ESV-STR-001");
    assertThat(verdict.checks().get(0).message())
        .isEqualTo("numbers 1 to 3 are missing between a.parquet and e.parquet");
  }

  @Test
  void otherBundleInTheSamePlaceIsTampering() {
    StreamVerdict verdict = only(
        bundle("a", 0, null), bundle("b", 1, "aa"), bundle("x", 1, "aa"), bundle("c", 2, "bb"));

    assertThat(verdict.exit()).isEqualTo(2);
    assertThat(codes(verdict)).containsExactly("ESV-STR-002");
  }

  @Test
  void sameBundleTwiceIsNoHarm() {
    assertThat(only(bundle("a", 0, null), bundle("a", 0, null), bundle("b", 1, "aa"))
            .exit())
        .isZero();
  }

  @Test
  void exchangedBundleIsTampering() {
    StreamVerdict verdict = only(bundle("a", 0, null), bundle("b", 1, "ff"));

    assertThat(verdict.exit()).isEqualTo(2);
    assertThat(codes(verdict)).containsExactly("ESV-STR-003");
  }

  @Test
  void renumberedBundlesAreSaidToBeReordered() {
    StreamVerdict verdict = only(bundle("a", 0, null), bundle("c", 1, "bb"), bundle("b", 2, "aa"));

    assertThat(verdict.exit()).isEqualTo(2);
    assertThat(verdict.checks().get(0).message())
        .endsWith("that is b.parquet, number 2: reordered");
  }

  @Test
  void singleBundlesAndOtherFilesAreNoStream() {
    Verdict report = new Verdict(
        "r",
        null,
        TrustState.UNSIGNED,
        List.of(),
        List.of(),
        null,
        List.of(),
        null,
        Json.object().put("predicate", Json.object().build()).build());

    assertThat(StreamVerdict.of(List.of(bundle("b", 1, "aa"), report))).isEmpty();
  }

  private static StreamVerdict only(Verdict... verdicts) {
    List<StreamVerdict> all = StreamVerdict.of(List.of(verdicts));
    assertThat(all).hasSize(1);
    return all.get(0);
  }

  private static List<String> codes(StreamVerdict verdict) {
    return verdict.checks().stream().map(check -> check.reason().code()).toList();
  }

  /** Its digest is its name twice. */
  private static Verdict bundle(String name, long sequence, @Nullable String previous) {
    Json.Obj stream = Json.object()
        .put("id", "s")
        .put("sequence", sequence)
        .put("previous_sha256", previous)
        .put("selection", "continuous")
        .build();
    Json.Obj statement = Json.object()
        .put(
            "subject",
            Json.array(List.of(Json.object()
                .put("digest", Json.object().put("sha256", name + name).build())
                .build())))
        .put(
            "predicate",
            Json.object()
                .put("manifest", Json.object().put("stream", stream).build())
                .build())
        .build();
    return new Verdict(
        name + ".parquet",
        null,
        TrustState.TRUSTED_SIGNER,
        List.of(),
        List.of(),
        null,
        List.of(),
        null,
        statement);
  }
}
