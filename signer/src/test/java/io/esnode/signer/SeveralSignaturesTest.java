package io.esnode.signer;

import static org.assertj.core.api.Assertions.assertThat;

import io.esnode.bundle.Sha256;
import io.esnode.json.Json;
import io.esnode.signature.ExitCode;
import io.esnode.signature.PredicateType;
import io.esnode.signature.ReasonCode;
import io.esnode.signature.SidecarFile;
import io.esnode.signature.TrustState;
import io.esnode.signature.TrustedTime;
import io.esnode.signature.Verdict;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Several sidecars of one file, plain signatures, and trust at a time that somebody else saw. */
class SeveralSignaturesTest {
  private static final SidecarVerifier BOTH = Samples.notes(Samples.KEY, Samples.OTHER_KEY);

  @TempDir
  Path dir;

  private Path note;

  @BeforeEach
  void signOnce() throws IOException {
    note = Samples.signedNote(dir, "note.txt", "85 C");
  }

  private Path signAgain(SigningKey key, String text, String type) throws IOException {
    Path further = SidecarFile.further(note, key.verifyingKey().keyId());
    Files.write(
        further,
        new SidecarSigner(key)
            .sign(
                "note.txt",
                Sha256.hex(text.getBytes(StandardCharsets.UTF_8)),
                type,
                Json.object().build()));
    return further;
  }

  @Test
  void everybodyTrustedWhoSignedIsNamedOnce() throws IOException {
    signAgain(Samples.OTHER_KEY, "85 C", Samples.NOTE_TYPE);
    signAgain(Samples.KEY, "85 C", Samples.NOTE_TYPE);

    Verdict verdict = BOTH.verify(note);

    assertThat(verdict.exit()).isZero();
    assertThat(verdict.trusted())
        .extracting(Verdict.SignerIdentity::keyId)
        .containsExactly(
            Samples.KEY.verifyingKey().keyId(), Samples.OTHER_KEY.verifyingKey().keyId());
  }

  @Test
  void furtherSignerWhomNobodyTrustsDoesNotCountAndDoesNoHarm() throws IOException {
    signAgain(Samples.OTHER_KEY, "85 C", Samples.NOTE_TYPE);

    Verdict verdict = Samples.notes(Samples.KEY).verify(note);

    assertThat(verdict.trust()).isEqualTo(TrustState.TRUSTED_SIGNER);
    assertThat(verdict.trusted()).hasSize(1);
    assertThat(verdict.notPerformed()).anyMatch(line -> line.contains("does not count"));
  }

  @Test
  void furtherSignatureOfAnotherFileIsTampering() throws IOException {
    signAgain(Samples.OTHER_KEY, "86 C", Samples.NOTE_TYPE);

    assertThat(BOTH.verify(note).worst().map(Verdict.Check::reason))
        .contains(ReasonCode.DIGEST_MISMATCH);
  }

  @Test
  void furtherSignatureOfTheFileAsSomethingElseIsTampering() throws IOException {
    signAgain(Samples.OTHER_KEY, "85 C", PredicateType.FILE);
    SidecarVerifier any = new SidecarVerifier(
        Samples.trusting(Samples.KEY, Samples.OTHER_KEY),
        Set.of(Samples.NOTE_TYPE, PredicateType.FILE),
        Samples.NOW);

    assertThat(any.verify(note).worst().map(Verdict.Check::reason))
        .contains(ReasonCode.PREDICATE_MISMATCH);
  }

  @Test
  void everyFlippedByteOfFurtherSignatureIsNoticedOrDoesNotCount() throws IOException {
    Path further = signAgain(Samples.OTHER_KEY, "85 C", Samples.NOTE_TYPE);
    byte[] good = Files.readAllBytes(further);

    for (int i = 0; i < good.length; i++) {
      Files.write(further, Samples.flipped(good, i * 8));
      Verdict verdict = BOTH.verify(note);
      assertThat(verdict.trusted()).as("byte %d", i).hasSize(1);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "note.txt.x.sigstore.json",
        "note.txt.0123456.sigstore.json",
        "note.txt.0123456G.sigstore.json",
        "note.txt2.01234567.sigstore.json",
        "note.txt..sigstore.json"
      })
  void filesNamedOtherwiseAreNotSignaturesOfIt(String name) throws IOException {
    Files.writeString(dir.resolve(name), "{}");

    assertThat(SidecarFile.all(note)).containsExactly(SidecarFile.of(note));
  }

  @Test
  void furtherSignatureAloneIsASignature() throws IOException {
    signAgain(Samples.OTHER_KEY, "85 C", Samples.NOTE_TYPE);
    Files.delete(SidecarFile.of(note));

    assertThat(BOTH.verify(note).trust()).isEqualTo(TrustState.TRUSTED_SIGNER);
  }

  /** As {@code cosign sign-blob} makes it. */
  private void signPlainly(String text) throws IOException {
    byte[] message = text.getBytes(StandardCharsets.UTF_8);
    Files.writeString(SidecarFile.of(note), """
        {"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json",
         "verificationMaterial":{"publicKey":{"hint":"%s"}},
         "messageSignature":{"messageDigest":{"algorithm":"SHA2_256","digest":"%s"},"signature":"%s"}}
        """.formatted(
            Samples.KEY.verifyingKey().hint(),
            StrictBase64.encode(HexFormat.of().parseHex(Sha256.hex(message))),
            StrictBase64.encode(Samples.KEY.sign(message))));
  }

  private static SidecarVerifier plain() {
    return new SidecarVerifier(
        Samples.trusting(Samples.KEY), Set.of(PredicateType.NONE), Samples.NOW);
  }

  @Test
  void plainSignatureIsAcceptedOnlyWhenAskedFor() throws IOException {
    signPlainly("85 C");

    assertThat(plain().verify(note).trust()).isEqualTo(TrustState.TRUSTED_SIGNER);
    assertThat(Samples.notes(Samples.KEY).verify(note).exit()).isEqualTo(ExitCode.TAMPERED);
  }

  @Test
  void plainSignatureOfAnotherFileOrByAnUnknownKeyIsRefused() throws IOException {
    signPlainly("86 C");

    assertThat(plain().verify(note).worst().map(Verdict.Check::reason))
        .contains(ReasonCode.DIGEST_MISMATCH);
    assertThat(new SidecarVerifier(TrustedKeys.none(), Set.of(PredicateType.NONE), Samples.NOW)
            .verify(note)
            .exit())
        .isEqualTo(ExitCode.UNTRUSTED);
  }

  @ParameterizedTest
  @CsvSource({
    "https://in-toto.io/Statement/v0.1, https://example.org/note/v1, 0",
    "https://in-toto.io/Statement/v0.2, https://example.org/note/v1, 5",
    "https://in-toto.io/Statement/v0.1, https://esnode.io/attestations/file/v1, 5"
  })
  void oldStatementIsReadOfOthersAlone(String statementType, String predicateType, int exit)
      throws IOException {
    byte[] payload = """
        {"_type":"%s","subject":[{"name":"n","digest":{"sha256":"%s"}}],"predicateType":"%s","predicate":{}}""".formatted(
            statementType, Sha256.hex("85 C".getBytes(StandardCharsets.UTF_8)), predicateType)
        .getBytes(StandardCharsets.US_ASCII);
    SidecarFile.write(
        note,
        Sidecar.of(
                Samples.KEY.verifyingKey().hint(),
                payload,
                Samples.KEY.sign(Dsse.preAuthenticationEncoding(Dsse.IN_TOTO, payload)))
            .toBytes());

    Verdict verdict = new SidecarVerifier(
            Samples.trusting(Samples.KEY),
            Set.of(Samples.NOTE_TYPE, PredicateType.FILE),
            Samples.NOW)
        .verify(note);

    assertThat(verdict.exit()).isEqualTo(exit);
  }

  /** Whoever stamps says that the signature existed at this time. */
  @SuppressWarnings("NullAway") // javac 17 drops the @Nullable of the record's components
  private static SidecarVerifier stampedAt(Instant time, TrustedKey key) throws IOException {
    StampVerifier stamps = (signature, response) -> new Judgement(
        List.of(),
        List.of(),
        null,
        new TrustedTime(time, TrustedTime.Source.SITE_TSA, "clock tower"));
    return new SidecarVerifier(TrustedKeys.of(List.of(key)), Set.of(Samples.NOTE_TYPE), Samples.NOW)
        .with(stamps);
  }

  private void stamp() throws IOException {
    Path sidecar = SidecarFile.of(note);
    Files.write(
        sidecar,
        Sidecar.parse(Files.readAllBytes(sidecar)).withStamp(new byte[] {1}).toBytes());
  }

  @Test
  void revokedKeyCountsForWhatExistedBeforeItWasCompromised() throws IOException {
    stamp();
    Instant compromised = Samples.NOW.minusSeconds(3600);
    TrustedKey revoked = new TrustedKey(
        "lab",
        Samples.KEY.verifyingKey(),
        Samples.NOW.minusSeconds(7200),
        null,
        null,
        new TrustedKey.Revocation(Samples.NOW, compromised, "stolen"));

    Verdict before = stampedAt(compromised.minusSeconds(1), revoked).verify(note);
    Verdict after = stampedAt(compromised, revoked).verify(note);

    assertThat(before.exit()).isZero();
    assertThat(before.checks())
        .anySatisfy(check -> assertThat(check.message()).contains("valid when made"));
    assertThat(after.worst().map(Verdict.Check::reason)).contains(ReasonCode.SIGNER_REVOKED);
  }

  @Test
  void keyIsJudgedAtTheTrustedTimeNotNow() throws IOException {
    stamp();
    Instant until = Samples.NOW.minusSeconds(10);
    TrustedKey expired =
        new TrustedKey("lab", Samples.KEY.verifyingKey(), until, null, until, null);

    assertThat(stampedAt(until.minusSeconds(1), expired).verify(note).exit()).isZero();
    assertThat(stampedAt(until, expired).verify(note).worst().map(Verdict.Check::reason))
        .contains(ReasonCode.SIGNER_EXPIRED);
  }

  @Test
  void stampThatNobodyChecksIsSaidAndIsNoTime() throws IOException {
    stamp();

    Verdict verdict = Samples.notes(Samples.KEY).verify(note);

    assertThat(verdict.exit()).isZero();
    assertThat(verdict.time()).isNull();
    assertThat(verdict.notPerformed())
        .anyMatch(line -> line.contains("cannot be checked without a trusted authority"));
  }
}
