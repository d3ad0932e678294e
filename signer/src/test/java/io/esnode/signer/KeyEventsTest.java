package io.esnode.signer;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.esnode.json.Json;
import io.esnode.signature.ExitCode;
import io.esnode.signature.PredicateType;
import io.esnode.signature.ReasonCode;
import io.esnode.signature.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyEventsTest {
  private static final VerifyingKey KEY = Samples.KEY.verifyingKey();
  private static final SigningKey NODE = SigningKey.generate();

  @TempDir
  Path dir;

  private TrustDirectory trust;
  private Path events;

  @BeforeEach
  void changeTrust() throws IOException {
    trust = new TrustDirectory(dir.resolve("trust")).signedBy(() -> new SidecarSigner(NODE));
    trust.add(KEY, "lab", Samples.NOW);
    trust.add(SigningKey.generate().verifyingKey(), "other", Samples.NOW);
    trust.revoke("lab", "lost", null, Samples.NOW);
    events = trust.events().file();
  }

  private KeyEvents.Answer verified() throws IOException {
    return trust
        .events()
        .verify(
            trust.entries(), verifier(TrustedKey.pinned("node", NODE.verifyingKey(), Samples.NOW)));
  }

  private static SidecarVerifier verifier(TrustedKey key) {
    return new SidecarVerifier(
        TrustedKeys.of(List.of(key)), Set.of(PredicateType.KEY_EVENT), Samples.NOW);
  }

  private static List<ReasonCode> failed(KeyEvents.Answer answer) {
    Stream<Verdict.Check> lines =
        answer.log().lines().stream().flatMap(line -> line.verdict().checks().stream());
    return Stream.concat(
            lines, Stream.concat(answer.log().checks().stream(), answer.checks().stream()))
        .filter(check -> !check.passed())
        .map(Verdict.Check::reason)
        .toList();
  }

  @Test
  void everyChangeIsSignedAndNamesTheOneBefore() throws Exception {
    KeyEvents.Answer answer = verified();

    assertThat(answer.exit()).isZero();
    assertThat(answer.log().lines()).hasSize(3);
    Json.Obj last = statement(answer.log().lines().get(2)).obj("predicate");
    assertThat(last.text("action")).isEqualTo("revoke");
    assertThat(last.text("reason")).isEqualTo("lost");
    assertThat(last.text("previous_sha256"))
        .isEqualTo(answer.log().lines().get(1).sha256());
  }

  private static Json.Obj statement(SignedLog.Line line) {
    Json.Obj statement = line.verdict().statement();
    if (statement == null) {
      throw new AssertionError("no statement");
    }
    return statement;
  }

  @Test
  void everyLineThatIsCutOutIsNoticed() throws IOException {
    List<String> lines = Files.readAllLines(events);

    for (int cut = 0; cut < lines.size(); cut++) {
      List<String> left = new ArrayList<>(lines);
      left.remove(cut);
      Files.writeString(events, String.join("\n", left) + "\n");

      assertThat(verified().exit()).as("line %d", cut).isEqualTo(ExitCode.TAMPERED);
    }
  }

  @Test
  void reorderedLinesAreNoticed() throws IOException {
    List<String> lines = new ArrayList<>(Files.readAllLines(events));
    Collections.swap(lines, 0, 1);
    Files.writeString(events, String.join("\n", lines) + "\n");

    assertThat(failed(verified())).contains(ReasonCode.STREAM_BROKEN);
  }

  @Test
  void everyFlippedBitIsNoticed() throws IOException {
    byte[] bytes = Files.readAllBytes(events);
    for (int bit = 0; bit < bytes.length * 8; bit += 61) {
      Files.write(events, Samples.flipped(bytes, bit));

      assertThat(verified().exit()).as("bit %d", bit).isNotZero();
    }
  }

  @Test
  void entryThatWasChangedByHandIsNoticed() throws IOException {
    Path entry = trust.path().resolve(KEY.keyId() + ".json");
    Files.writeString(entry, Files.readString(entry).replace("lost", "left"));

    assertThat(failed(verified())).containsExactly(ReasonCode.DIGEST_MISMATCH);
  }

  @Test
  void entryWithoutEventAndEventWithoutEntryAreNoticed() throws IOException {
    new TrustDirectory(trust.path())
        .add(SigningKey.generate().verifyingKey(), "smuggled", Samples.NOW);
    Files.delete(trust.path().resolve(KEY.keyId() + ".json"));

    assertThat(failed(verified()))
        .containsExactlyInAnyOrder(ReasonCode.SIGNATURE_MISSING, ReasonCode.ARTIFACT_MISSING);
  }

  @Test
  void tornLineIsSaidAndTheNextEventReplacesIt() throws Exception {
    String whole = Files.readString(events);
    Files.writeString(events, "{\"dsse", StandardOpenOption.APPEND);

    assertThat(failed(verified())).containsExactly(ReasonCode.STREAM_MISSING);

    trust.retire("other", Samples.NOW, Samples.NOW);

    assertThat(verified().exit()).isZero();
    assertThat(Files.readString(events)).startsWith(whole);
    assertThat(statement(verified().log().lines().get(3)).obj("predicate").obj("torn"))
        .isEqualTo(Json.object()
            .put("bytes", 6)
            .put("sha256", io.esnode.bundle.Sha256.hex("{\"dsse"))
            .build());
  }

  @Test
  void keyForEvidenceSignsNoKeyEvents() throws IOException {
    KeyEvents.Answer answer = trust
        .events()
        .verify(
            trust.entries(),
            verifier(new TrustedKey("n", NODE.verifyingKey(), Samples.NOW, null, null, null)));

    assertThat(failed(answer)).containsOnly(ReasonCode.PURPOSE_MISMATCH);
    assertThat(answer.exit()).isEqualTo(ExitCode.UNTRUSTED);
  }

  @Test
  void entriesFromBeforeTheLogAreFoundInIt() throws IOException {
    Path old = dir.resolve("old");
    new TrustDirectory(old).add(KEY, "lab", Samples.NOW);
    TrustDirectory now = new TrustDirectory(old).signedBy(() -> new SidecarSigner(NODE));
    now.add(SigningKey.generate().verifyingKey(), "new", Samples.NOW);

    KeyEvents.Answer answer = now.events()
        .verify(
            now.entries(), verifier(TrustedKey.pinned("node", NODE.verifyingKey(), Samples.NOW)));

    assertThat(answer.exit()).isZero();
    assertThat(answer.log().lines()).hasSize(2);
  }

  @FuzzTest
  void anyBytesAreALog(byte[] data) {
    SignedLog log =
        SignedLog.of(Path.of("fuzz"), data, verifier(TrustedKey.pinned("node", KEY, Samples.NOW)));

    assertThat(log.exit() == ExitCode.OK).isEqualTo(data.length == 0);
  }
}
