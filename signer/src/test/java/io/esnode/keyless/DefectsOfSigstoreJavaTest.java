package io.esnode.keyless;

import static io.esnode.keyless.PrivateSigstore.SIGNED;
import static io.esnode.signature.ReasonCode.CERTIFICATE_INVALID;
import static io.esnode.signature.ReasonCode.SIDECAR_MALFORMED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.sigstore.merkle.InclusionProofVerifier;
import dev.sigstore.trustroot.SigstoreTrustedRoot;
import io.esnode.json.Json;
import io.esnode.merkle.MerkleTree;
import io.esnode.signature.ReasonCode;
import io.esnode.signature.Verdict;
import io.esnode.signer.Judgement;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What sigstore-java 2.0.0 gets wrong, and what is done about each. A release that mends one shows here. */
class DefectsOfSigstoreJavaTest {
  private static final PrivateSigstore SIGSTORE = new PrivateSigstore();
  private static final byte[] ROOT = bytes(SIGSTORE.trustedRoot());
  private static final SigstoreVerifier VERIFIER =
      PrivateSigstore.done(() -> new SigstoreVerifier(ROOT));
  private static final byte[] PLAIN = bytes(BundleMaker.plain(SIGSTORE).make());
  private static final byte[] STAMPED =
      bytes(BundleMaker.enveloped(SIGSTORE).kind("dsse 0.0.2").make());

  /** It compares no time of a log with the certificate: sigstore-java before 2.1.0. */
  @Test
  void timeOfTheLogMustLieInTheCertificatesValidity() {
    BundleMaker maker = BundleMaker.plain(SIGSTORE);
    maker.integrated = SIGNED.plusSeconds(3600);

    assertReason(bytes(maker.make()), CERTIFICATE_INVALID);
  }

  /** It takes the beginning that is missing for 1970. */
  @Test
  void authorityWithoutABeginningIsRefused() {
    byte[] root =
        bytes(Edit.remove(SIGSTORE.trustedRoot(), "certificateAuthorities.0.validFor.start"));

    assertThatCode(() -> SigstoreTrustedRoot.from(new ByteArrayInputStream(root)))
        .doesNotThrowAnyException();
    assertThatThrownBy(() -> new SigstoreVerifier(root)).isInstanceOf(TrustedRootException.class);
  }

  /** It counts UTF-16 units where DSSE counts bytes. */
  @Test
  void payloadBeyondAsciiHolds() {
    BundleMaker maker = BundleMaker.enveloped(SIGSTORE);

    assertThat(maker.statement).contains("\u00b0");
    assertHolds(maker);
  }

  /** It takes indexes beyond the tree. */
  @Test
  void proofOfAnIndexBeyondTheTreeIsRefused() {
    byte[] leaf = MerkleTree.leaf(new byte[] {1});

    assertThatCode(() -> InclusionProofVerifier.verify(leaf, 1, 1, List.of(), leaf))
        .doesNotThrowAnyException();
    assertThat(io.esnode.merkle.MerkleProof.includes(1, 1, leaf, List.of(), leaf))
        .isFalse();
  }

  /** It does not know them. */
  @ParameterizedTest
  @ValueSource(strings = {"intoto 0.0.2", "hashedrekord 0.0.2"})
  void kindsItDoesNotKnowHoldOverEnvelopes(String kind) {
    assertHolds(BundleMaker.enveloped(SIGSTORE).kind(kind));
  }

  /** It compares the text. */
  @Test
  void bodyOfAnEntryMayBeWrittenInAnyWay() {
    BundleMaker maker = BundleMaker.plain(SIGSTORE);
    maker.looseBody = true;

    assertHolds(maker);
  }

  /** It throws UnsupportedOperationException. */
  @Test
  void certificateOfAnEd25519KeyIsRefusedWithAReason() {
    PrivateSigstore.Request request = new PrivateSigstore.Request();
    request.key = PrivateSigstore.generate("Ed25519");
    BundleMaker maker = BundleMaker.enveloped(SIGSTORE);
    maker.signer = SIGSTORE.signer(request);

    assertThat(assertReason(bytes(maker.make()), CERTIFICATE_INVALID).message())
        .contains("EdDSA")
        .contains("expected ECDSA P-256");
  }

  /** It throws whatever it meets. */
  @Test
  void whatIsNotACertificateIsRefusedWithAReason() {
    Json.Obj plain = BundleMaker.plain(SIGSTORE).make();

    assertReason(
        bytes(Edit.set(plain, "verificationMaterial.certificate.rawBytes", "MAA=")),
        CERTIFICATE_INVALID);
    assertReason(
        bytes(Edit.set(plain, "verificationMaterial.tlogEntries.0.canonicalizedBody", "e30=")),
        SIDECAR_MALFORMED);
    assertReason(
        bytes(Edit.set(
            plain, "verificationMaterial.tlogEntries.0.inclusionProof.hashes", Json.of(1))),
        SIDECAR_MALFORMED);
  }

  @FuzzTest
  void anyBytesAreJudged(byte[] bytes) {
    assertThat(VERIFIER.certificate(bytes).signer()).isNull();
  }

  /** A byte of a good bundle changed: refused, or one that nobody looks at. */
  @FuzzTest
  void changedBundlesAreJudged(byte[] bytes) {
    if (bytes.length < 3) {
      return;
    }
    byte[] bundle = (bytes[0] & 1) == 0 ? PLAIN.clone() : STAMPED.clone();
    int at = (((bytes[1] & 0xff) << 8) | (bytes[2] & 0xff)) % bundle.length;
    System.arraycopy(bytes, 3, bundle, at, Math.min(bytes.length - 3, bundle.length - at));

    Judgement judged = VERIFIER.certificate(bundle);

    assertThat(judged.signer() == null)
        .isEqualTo(judged.checks().stream().anyMatch(check -> !check.passed()));
  }

  @FuzzTest
  void anyBytesAreATrustedRootOrRefused(byte[] bytes) {
    byte[] root = ROOT.clone();
    int at = bytes.length < 2 ? 0 : (((bytes[0] & 0xff) << 8) | (bytes[1] & 0xff)) % root.length;
    System.arraycopy(bytes, 0, root, at, Math.min(bytes.length, root.length - at));
    for (byte[] each : List.of(bytes, root)) {
      try {
        assertThat(new SigstoreVerifier(each)).isNotNull();
      } catch (TrustedRootException e) {
        assertThat(e).hasMessageStartingWith("trusted root: ");
      }
    }
  }

  /** Every 131st byte, flipped: nothing but a reason comes out. */
  @Test
  void flippedBytesAreJudged() {
    for (byte[] bundle : List.of(PLAIN, STAMPED)) {
      for (int at = 0; at < bundle.length; at += 131) {
        byte[] flipped = bundle.clone();
        flipped[at] ^= 1;

        Judgement judged = VERIFIER.certificate(flipped);

        assertThat(judged.signer() == null)
            .as("byte %d", at)
            .isEqualTo(judged.checks().stream().anyMatch(check -> !check.passed()));
      }
    }
  }

  @Test
  void publicGoodRootIsTheOneThatWasPinned() throws IOException {
    byte[] root = SigstoreVerifier.publicGoodRoot();

    assertThat(new SigstoreVerifier(root)).isNotNull();
    assertThat(io.esnode.bundle.Sha256.digest().digest(root))
        .asHexString()
        .isEqualToIgnoringCase("6494e21ea73fa7ee769f85f57d5a3e6a08725eae1e38c755fc3517c9e6bc0b66");
  }

  private static void assertHolds(BundleMaker maker) {
    Judgement judged = VERIFIER.certificate(bytes(maker.make()));

    assertThat(judged.checks()).allMatch(Verdict.Check::passed);
    assertThat(judged.signer()).isNotNull();
  }

  private static Verdict.Check assertReason(byte[] bundle, ReasonCode reason) {
    Verdict.Check failed = VERIFIER.certificate(bundle).checks().stream()
        .filter(check -> !check.passed())
        .findFirst()
        .orElseThrow();
    assertThat(failed.reason()).as(failed.message()).isEqualTo(reason);
    return failed;
  }

  private static byte[] bytes(Json.Obj json) {
    return json.canonical().getBytes(StandardCharsets.UTF_8);
  }
}
