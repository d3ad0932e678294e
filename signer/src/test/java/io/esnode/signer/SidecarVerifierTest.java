package io.esnode.signer;

import static io.esnode.signature.ExitCode.EVIDENCE_MISSING;
import static io.esnode.signature.ExitCode.MALFORMED;
import static io.esnode.signature.ExitCode.OK;
import static io.esnode.signature.ExitCode.TAMPERED;
import static io.esnode.signature.ExitCode.UNTRUSTED;
import static org.assertj.core.api.Assertions.assertThat;

import io.esnode.bundle.Manifest;
import io.esnode.json.Json;
import io.esnode.json.JsonReader;
import io.esnode.signature.PredicateType;
import io.esnode.signature.ReasonCode;
import io.esnode.signature.SidecarFile;
import io.esnode.signature.TrustState;
import io.esnode.signature.Verdict;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SidecarVerifierTest {
  @TempDir
  Path dir;

  @Test
  void signedBundleOfTrustedKeyPassesEveryCheck() throws IOException {
    Path file = Samples.signedBundle(dir);

    Verdict verdict = Samples.bundles(Samples.KEY).verify(file);

    assertThat(verdict.trust()).isEqualTo(TrustState.TRUSTED_SIGNER);
    assertThat(verdict.exit()).isEqualTo(OK);
    assertThat(verdict.checks()).allMatch(Verdict.Check::passed);
    assertThat(verdict.checks())
        .extracting(Verdict.Check::reason)
        .containsExactly(
            ReasonCode.SIGNATURE_VALID,
            ReasonCode.PREDICATE_MISMATCH,
            ReasonCode.DIGEST_MISMATCH,
            ReasonCode.ROW_GROUP_MISMATCH,
            ReasonCode.MANIFEST_MISMATCH,
            ReasonCode.SIGNER_UNKNOWN);
    assertThat(verdict.signer())
        .isEqualTo(new Verdict.SignerIdentity(Samples.KEY.verifyingKey().keyId(), "lab", null));
  }

  @Test
  void checksThatWereNotPerformedAreNamed() throws IOException {
    Verdict verdict = Samples.bundles(Samples.KEY).verify(Samples.signedBundle(dir));

    assertThat(verdict.notPerformed())
        .containsExactly(
            "RFC 3161 time stamp: none",
            "transparency log: none",
            "witness: not anchored",
            "policy: none given");
  }

  @Test
  void openFileKeepsItsPosition() throws IOException {
    Path file = Samples.signedBundle(dir);
    try (FileChannel open = FileChannel.open(file)) {
      open.position(7);

      Verdict verdict = Samples.bundles(Samples.KEY).verify(file, open);

      assertThat(verdict.exit()).isEqualTo(OK);
      assertThat(open.position()).isEqualTo(7);
    }
  }

  @Test
  void unknownSignerOfIntactBundleIsSaidToBeUnknown() throws IOException {
    Verdict verdict = Samples.bundles().verify(Samples.signedBundle(dir));

    assertThat(verdict.trust()).isEqualTo(TrustState.SIGNER_UNKNOWN);
    assertThat(verdict.exit()).isEqualTo(UNTRUSTED);
    assertThat(failed(verdict)).containsExactly(ReasonCode.SIGNER_UNKNOWN);
    assertThat(verdict.signer())
        .isEqualTo(new Verdict.SignerIdentity(Samples.KEY.verifyingKey().keyId(), null, null));
  }

  @Test
  void anotherKeyThanTheSignersDoesNotMakeItTrusted() throws IOException {
    Verdict verdict = Samples.bundles(Samples.OTHER_KEY).verify(Samples.signedBundle(dir));

    assertThat(verdict.trust()).isEqualTo(TrustState.SIGNER_UNKNOWN);
    assertThat(verdict.exit()).isEqualTo(UNTRUSTED);
  }

  @Test
  void changedBundleOfUnknownSignerIsTampered() throws IOException {
    Path file = Samples.signedBundle(dir);
    Files.write(file, Samples.flipped(Files.readAllBytes(file), 100));

    Verdict verdict = Samples.bundles().verify(file);

    assertThat(verdict.trust()).isEqualTo(TrustState.REFUSED);
    assertThat(verdict.exit()).isEqualTo(TAMPERED);
  }

  @Test
  void unknownSignerWithoutItsKeyInTheStatementIsRefused() throws IOException {
    Path file = Files.writeString(dir.resolve("note.txt"), "x");
    byte[] payload = JsonReader.object(payloadOf(Samples.signedNote(dir, "note.txt", "x")))
        .canonical()
        .replaceAll("\"signer\":\\{[^}]*}", "")
        .getBytes(StandardCharsets.UTF_8);
    resign(file, Samples.KEY, payload);

    Verdict unknown = Samples.notes().verify(file);

    assertThat(unknown.trust()).isEqualTo(TrustState.REFUSED);
    assertThat(unknown.exit()).isEqualTo(UNTRUSTED);
    assertThat(unknown.statement()).isNull();
    assertThat(unknown.worst().orElseThrow().message()).contains("could not be checked");
    assertThat(Samples.notes(Samples.KEY).verify(file).exit()).isEqualTo(OK);
  }

  @Test
  void statementThatNamesAnotherSignerIsRefused() throws IOException {
    Path file = Samples.signedNote(dir, "note.txt", "x");
    byte[] payload = payloadOf(file);
    resign(file, Samples.OTHER_KEY, payload);

    assertThat(Samples.notes(Samples.OTHER_KEY).verify(file).exit()).isEqualTo(TAMPERED);
    assertThat(Samples.notes(Samples.KEY).verify(file).exit()).isEqualTo(UNTRUSTED);
  }

  @Test
  void revokedKeyIsRefusedThoughItsSignatureHolds() throws IOException {
    Path file = Samples.signedBundle(dir);
    TrustedKey revoked = TrustedKey.pinned("lab", Samples.KEY.verifyingKey(), Samples.NOW)
        .revoked(new TrustedKey.Revocation(Samples.NOW, null, "lost"));

    Verdict verdict = verify(file, revoked, Samples.NOW);

    assertThat(verdict.trust()).isEqualTo(TrustState.REFUSED);
    assertThat(failed(verdict)).containsExactly(ReasonCode.SIGNER_REVOKED);
    assertThat(verdict.exit()).isEqualTo(UNTRUSTED);
  }

  @Test
  void keyCountsFromItsFirstInstantUpToItsLast() throws IOException {
    Path file = Samples.signedBundle(dir);
    Instant from = Samples.NOW;
    Instant until = from.plusSeconds(60);
    TrustedKey key = new TrustedKey("lab", Samples.KEY.verifyingKey(), from, from, until, null);

    assertThat(verify(file, key, from.minusMillis(1)).exit()).isEqualTo(UNTRUSTED);
    assertThat(verify(file, key, from).exit()).isEqualTo(OK);
    assertThat(verify(file, key, until.minusMillis(1)).exit()).isEqualTo(OK);
    assertThat(failed(verify(file, key, until))).containsExactly(ReasonCode.SIGNER_EXPIRED);
  }

  private static Verdict verify(Path file, TrustedKey key, Instant now) {
    return new SidecarVerifier(TrustedKeys.of(List.of(key)), PredicateType.RECORDINGS, now)
        .verify(file);
  }

  @Test
  void missingSidecarIsMissingEvidence() throws IOException {
    Path file = Samples.signedBundle(dir);
    Files.delete(SidecarFile.of(file));

    Verdict verdict = Samples.bundles(Samples.KEY).verify(file);

    assertThat(verdict.trust()).isEqualTo(TrustState.UNSIGNED);
    assertThat(failed(verdict)).containsExactly(ReasonCode.SIGNATURE_MISSING);
    assertThat(verdict.exit()).isEqualTo(EVIDENCE_MISSING);
    assertThat(verdict.sha256()).isNotNull();
  }

  @Test
  void missingFileIsMissingEvidence() {
    Verdict verdict = Samples.bundles(Samples.KEY).verify(dir.resolve("nothing.parquet"));

    assertThat(failed(verdict)).containsExactly(ReasonCode.ARTIFACT_MISSING);
    assertThat(verdict.exit()).isEqualTo(EVIDENCE_MISSING);
  }

  @Test
  void directoryIsUnreadable() {
    Verdict verdict = Samples.bundles(Samples.KEY).verify(dir);

    assertThat(failed(verdict)).containsExactly(ReasonCode.UNREADABLE);
    assertThat(verdict.exit()).isEqualTo(MALFORMED);
  }

  @Test
  void directoryInPlaceOfSidecarIsUnreadable() throws IOException {
    Path file = Files.writeString(dir.resolve("note.json"), "{}");
    Files.createDirectory(SidecarFile.of(file));

    assertThat(failed(Samples.notes(Samples.KEY).verify(file)))
        .containsExactly(ReasonCode.UNREADABLE);
  }

  @Test
  void emptyFileWithoutSidecarIsMalformed() throws IOException {
    Path file = Files.createFile(dir.resolve("empty.parquet"));

    assertThat(Samples.bundles(Samples.KEY).verify(file).exit()).isEqualTo(MALFORMED);
    assertThat(Samples.notes(Samples.KEY).verify(file).exit()).isEqualTo(MALFORMED);
  }

  @Test
  void unsignedFileThatIsNoBundleIsMalformedWhereBundlesAreExpected() throws IOException {
    Path file = Files.writeString(dir.resolve("report.html"), "<!DOCTYPE html><p>x");

    assertThat(Samples.bundles(Samples.KEY).verify(file).exit()).isEqualTo(MALFORMED);
    assertThat(Samples.notes(Samples.KEY).verify(file).exit()).isEqualTo(EVIDENCE_MISSING);
  }

  @Test
  void swappedSidecarsAreTampering() throws IOException {
    Path a = Samples.signedNote(dir, "a.txt", "first");
    Path b = Samples.signedNote(dir, "b.txt", "second");
    Files.move(SidecarFile.of(b), SidecarFile.of(a), StandardCopyOption.REPLACE_EXISTING);

    Verdict verdict = Samples.notes(Samples.KEY).verify(a);

    assertThat(failed(verdict)).containsExactly(ReasonCode.DIGEST_MISMATCH);
    assertThat(verdict.exit()).isEqualTo(TAMPERED);
  }

  @Test
  void renamedFileKeepsItsSignature() throws IOException {
    Path file = Samples.signedBundle(dir);
    Path renamed = dir.resolve("renamed.parquet");
    Files.move(SidecarFile.of(file), SidecarFile.of(renamed));
    Files.move(file, renamed);

    assertThat(Samples.bundles(Samples.KEY).verify(renamed).exit()).isEqualTo(OK);
  }

  @Test
  void statementOfAnotherTypeIsRefused() throws IOException {
    Path file = Samples.signedNote(dir, "a.txt", "first");

    Verdict verdict = Samples.bundles(Samples.KEY).verify(file);

    assertThat(failed(verdict)).containsExactly(ReasonCode.PREDICATE_MISMATCH);
    assertThat(verdict.exit()).isEqualTo(TAMPERED);
  }

  @Test
  void simulatedRowsUnderTheTypeOfRealOnesAreRefused() throws IOException {
    Path file = dir.resolve("sim.parquet");
    Manifest manifest = Samples.bundle(file, true);
    Json.Obj predicate = Samples.predicate(manifest.toJson());
    Samples.sign(Samples.KEY, file, PredicateType.RECORDING, predicate);

    assertThat(failed(Samples.bundles(Samples.KEY).verify(file)))
        .containsExactly(ReasonCode.PREDICATE_MISMATCH);

    Samples.sign(Samples.KEY, file, PredicateType.SIMULATED_RECORDING, predicate);

    assertThat(Samples.bundles(Samples.KEY).verify(file).exit()).isEqualTo(OK);
  }

  @Test
  void manifestThatDiffersFromTheFootersIsRefused() throws IOException {
    Path file = dir.resolve("sample.parquet");
    Manifest manifest = Samples.bundle(file, false);
    Json.Builder changed = Json.object();
    manifest
        .toJson()
        .members()
        .forEach(
            (name, value) -> changed.put(name, name.equals("node") ? Json.of("n-another") : value));
    Samples.sign(Samples.KEY, file, PredicateType.RECORDING, Samples.predicate(changed.build()));

    Verdict verdict = Samples.bundles(Samples.KEY).verify(file);

    assertThat(failed(verdict)).containsExactly(ReasonCode.MANIFEST_MISMATCH);
    assertThat(verdict.exit()).isEqualTo(TAMPERED);
  }

  @Test
  void wrongRowGroupDigestInIntactFileIsRefused() throws IOException {
    Path file = dir.resolve("sample.parquet");
    Manifest manifest = Samples.bundle(file, false);
    String json =
        manifest.toJson().canonical().replace(manifest.rowGroups().get(1).sha256(), "0".repeat(64));
    Samples.sign(
        Samples.KEY, file, PredicateType.RECORDING, Samples.predicate(JsonReader.object(json)));

    assertThat(failed(Samples.bundles(Samples.KEY).verify(file)))
        .containsExactly(ReasonCode.ROW_GROUP_MISMATCH, ReasonCode.MANIFEST_MISMATCH);
  }

  @Test
  void tamperedBundleSaysWhichRowGroupsStillVouch() throws IOException {
    Path file = dir.resolve("sample.parquet");
    Manifest manifest = Samples.bundle(file, false);
    Samples.sign(Samples.KEY, file, PredicateType.RECORDING, Samples.predicate(manifest.toJson()));
    int second = (int) manifest.rowGroups().get(1).offset();
    Files.write(file, Samples.flipped(Files.readAllBytes(file), second * 8 + 80));

    Verdict verdict = Samples.bundles(Samples.KEY).verify(file);

    assertThat(verdict.exit()).isEqualTo(TAMPERED);
    assertThat(messages(verdict))
        .anyMatch(m -> m.startsWith("row group 1 (audit, 1 rows"))
        .contains("row groups: 1 of 2 still have the signed SHA-256: 0 (disk, 5 rows)");
  }

  @Test
  void damagedFooterLeavesEveryRowGroupVouchedFor() throws IOException {
    Path file = Samples.signedBundle(dir);
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, Samples.flipped(bytes, (bytes.length - 20) * 8));

    assertThat(messages(Samples.bundles(Samples.KEY).verify(file)))
        .contains(
            "row groups: 2 of 2 still have the signed SHA-256: 0 (disk, 5 rows), 1 (audit, 1 rows); the damage lies outside them");
  }

  @Test
  void truncatedBundleIsTampered() throws IOException {
    Path file = Samples.signedBundle(dir);
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, java.util.Arrays.copyOf(bytes, 10));

    assertThat(Samples.bundles(Samples.KEY).verify(file).exit()).isEqualTo(TAMPERED);
  }

  @Test
  void signedFileThatIsNoBundleIsMalformed() throws IOException {
    Manifest manifest = Samples.bundle(dir.resolve("other.parquet"), false);
    Path file = Files.writeString(dir.resolve("text.parquet"), "no Parquet at all");
    String json =
        manifest.toJson().canonical().replaceAll("\"row_groups\":\\[.*?]", "\"row_groups\":[]");
    Samples.sign(
        Samples.KEY, file, PredicateType.RECORDING, Samples.predicate(JsonReader.object(json)));

    assertThat(failed(Samples.bundles(Samples.KEY).verify(file)))
        .containsExactly(ReasonCode.NOT_A_BUNDLE);
  }

  @Test
  void recordingWithoutManifestIsMalformed() throws IOException {
    Path file = dir.resolve("sample.parquet");
    Samples.bundle(file, false);
    Samples.sign(Samples.KEY, file, PredicateType.RECORDING, Json.object().build());

    assertThat(failed(Samples.bundles(Samples.KEY).verify(file)))
        .containsExactly(ReasonCode.SIDECAR_MALFORMED);
  }

  @Test
  void overlappingRowGroupsAreMalformed() throws IOException {
    Path file = dir.resolve("sample.parquet");
    Manifest manifest = Samples.bundle(file, false);
    String json = manifest
        .toJson()
        .canonical()
        .replace("\"offset\":" + manifest.rowGroups().get(1).offset(), "\"offset\":4");
    Samples.sign(
        Samples.KEY, file, PredicateType.RECORDING, Samples.predicate(JsonReader.object(json)));

    assertThat(failed(Samples.bundles(Samples.KEY).verify(file)))
        .containsExactly(ReasonCode.SIDECAR_MALFORMED);
  }

  @Test
  void manifestWithNumbersBeyondAllBoundsIsMalformed() throws IOException {
    Path file = dir.resolve("sample.parquet");
    Manifest manifest = Samples.bundle(file, false);
    String statement = new String(payloadOf(Samples.signedBundle(dir)), StandardCharsets.US_ASCII);
    List<ReasonCode> reasons = new ArrayList<>();
    for (String number : List.of("1e999999999", "-1", "9223372036854775807", "0.5")) {
      resign(
          file,
          Samples.KEY,
          statement
              .replace("\"bytes\":" + manifest.rowGroups().get(0).bytes(), "\"bytes\":" + number)
              .getBytes(StandardCharsets.US_ASCII));
      reasons.addAll(failed(Samples.bundles(Samples.KEY).verify(file)));
    }

    assertThat(reasons).contains(ReasonCode.SIDECAR_MALFORMED).hasSizeGreaterThanOrEqualTo(4);
    assertThat(Set.copyOf(reasons)).isSubsetOf(ReasonCode.SIDECAR_MALFORMED);
  }

  @Test
  void oneOfSeveralSubjectsSuffices() throws IOException {
    Path file = Samples.signedNote(dir, "a.txt", "first");
    String statement = new String(payloadOf(file), StandardCharsets.US_ASCII);
    resign(
        file,
        Samples.KEY,
        statement
            .replace(
                "\"subject\":[",
                "\"subject\":[{\"name\":\"other\",\"digest\":{\"sha512\":\"00\"}},{\"name\":\"bare\"},")
            .getBytes(StandardCharsets.US_ASCII));

    assertThat(Samples.notes(Samples.KEY).verify(file).exit()).isEqualTo(OK);
  }

  private static byte[] payloadOf(Path file) throws IOException {
    return Sidecar.parse(Files.readAllBytes(SidecarFile.of(file))).payload().orElseThrow();
  }

  private static void resign(Path file, SigningKey key, byte[] payload) throws IOException {
    byte[] signature = key.sign(Dsse.preAuthenticationEncoding(Dsse.IN_TOTO, payload));
    SidecarFile.write(
        file, Sidecar.of(key.verifyingKey().hint(), payload, signature).toBytes());
  }

  private static List<ReasonCode> failed(Verdict verdict) {
    return verdict.checks().stream()
        .filter(check -> !check.passed())
        .map(Verdict.Check::reason)
        .toList();
  }

  private static List<String> messages(Verdict verdict) {
    return verdict.checks().stream().map(Verdict.Check::message).toList();
  }
}
