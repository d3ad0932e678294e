package io.esnode.keyless;

import static io.esnode.keyless.PrivateSigstore.SIGNED;
import static io.esnode.signature.ReasonCode.CERTIFICATE_INVALID;
import static io.esnode.signature.ReasonCode.LOG_ENTRY_INVALID;
import static io.esnode.signature.ReasonCode.SIDECAR_MALFORMED;
import static io.esnode.signature.ReasonCode.SIGNATURE_INVALID;
import static io.esnode.signature.ReasonCode.TIMESTAMP_INVALID;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.esnode.json.Json;
import io.esnode.signature.ReasonCode;
import io.esnode.signer.Judgement;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each way to be wrong, and the reason for which it is refused. */
class BadBundlesTest {
  private static final PrivateSigstore SIGSTORE = new PrivateSigstore();
  private static final PrivateSigstore OTHER = new PrivateSigstore();
  private static final String ENTRY = "verificationMaterial.tlogEntries.0.";
  private static final String PROOF = ENTRY + "inclusionProof.";
  private static final Json.Obj PLAIN = BundleMaker.plain(SIGSTORE).make();
  private static final Json.Obj ENVELOPED = BundleMaker.enveloped(SIGSTORE).make();

  private final BundleMaker maker = BundleMaker.plain(SIGSTORE);
  private final PrivateSigstore.Request request = new PrivateSigstore.Request();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mediaType",
        "verificationMaterial",
        "verificationMaterial.certificate.rawBytes",
        ENTRY + "logId",
        ENTRY + "kindVersion",
        ENTRY + "kindVersion.version",
        ENTRY + "canonicalizedBody",
        ENTRY + "inclusionPromise.signedEntryTimestamp",
        PROOF + "rootHash",
        PROOF + "checkpoint.envelope",
        "messageSignature.signature",
        "messageSignature.messageDigest"
      })
  void whatLacksAMemberIsMalformed(String path) {
    assertRefused(Edit.remove(PLAIN, path), SIDECAR_MALFORMED);
    assertRefused(Edit.set(PLAIN, path, Json.of(7)), SIDECAR_MALFORMED);
  }

  @ParameterizedTest
  @CsvSource({
    "mediaType, application/vnd.dev.sigstore.bundle.v9+json",
    "messageSignature.messageDigest.algorithm, SHA2_512",
    "messageSignature.signature, !!!!",
    ENTRY + "logIndex, -1",
    ENTRY + "integratedTime, soon",
    PROOF + "treeSize, 99999999999999999999",
    PROOF + "hashes.0, AAB="
  })
  void aMemberOfAnotherFormIsMalformed(String path, String value) {
    assertRefused(Edit.set(PLAIN, path, value), SIDECAR_MALFORMED);
  }

  @Test
  void twoCertificatesAreMalformed() {
    Json chain = Json.object()
        .put(
            "certificates", Json.array(List.of(Edit.at(PLAIN, "verificationMaterial.certificate"))))
        .build();

    assertRefused(
        Edit.set(PLAIN, "verificationMaterial.x509CertificateChain", chain), SIDECAR_MALFORMED);
  }

  @Test
  void changedDigestIsNotWhatWasSigned() {
    assertRefused(
        Edit.set(PLAIN, "messageSignature.messageDigest.digest", b64(new byte[32])),
        SIGNATURE_INVALID);
  }

  @Test
  void anotherKeysSignatureDoesNotHold() {
    byte[] other = SIGSTORE.signer().sign(BundleMaker.FILE);

    assertRefused(Edit.set(PLAIN, "messageSignature.signature", b64(other)), SIGNATURE_INVALID);
  }

  @Test
  void changedPayloadDoesNotHold() {
    assertRefused(
        Edit.set(
            ENVELOPED,
            "dsseEnvelope.payload",
            b64(BundleMaker.statement("86").getBytes(StandardCharsets.UTF_8))),
        SIGNATURE_INVALID);
  }

  @Test
  void anotherAuthoritysCertificateIsRefused() {
    maker.signer = OTHER.signer();

    assertRefused(maker.make(), CERTIFICATE_INVALID, "not");
  }

  @Test
  void certificateThatExpiredBeforeTheSignatureIsRefused() {
    request.from = SIGNED.minusSeconds(1200);

    assertRefused(signedWith(request), CERTIFICATE_INVALID, "valid from");
  }

  @Test
  void certificateThatBeganAfterTheSignatureIsRefused() {
    request.from = SIGNED.plusSeconds(1);

    assertRefused(signedWith(request), CERTIFICATE_INVALID, "valid from");
  }

  @Test
  void certificateThatNoLogSawIsRefused() {
    request.logged = false;

    assertRefused(signedWith(request), CERTIFICATE_INVALID, "SCT");
  }

  @Test
  void certificateThatAnotherLogSawIsRefused() {
    request.loggedBy = OTHER.certificateLog;

    assertRefused(signedWith(request), CERTIFICATE_INVALID, "SCT");
  }

  @Test
  void certificateSeenWhenItsLogWasNotInUseIsRefused() {
    request.loggedAt = SIGNED.minus(Duration.ofDays(1000));

    assertRefused(signedWith(request), CERTIFICATE_INVALID, "SCT");
  }

  @Test
  void certificateForAnotherUseIsRefused() {
    request.usage = KeyPurposeId.id_kp_clientAuth;

    assertRefused(signedWith(request), CERTIFICATE_INVALID, "signing code");
  }

  @Test
  void authoritysOwnCertificateIsRefused() {
    request.isAuthority = true;

    assertRefused(signedWith(request), CERTIFICATE_INVALID, "an authority's");
  }

  @Test
  void certificateWithoutIssuerIsRefused() {
    request.certifiesIssuer = false;

    assertRefused(signedWith(request), CERTIFICATE_INVALID, "OpenID Connect issuer");
  }

  @Test
  void certificateOfAMachineNameIsRefused() {
    request.subject = new GeneralName(GeneralName.dNSName, "example.org");

    assertRefused(signedWith(request), CERTIFICATE_INVALID, "names a subject");
  }

  @Test
  void promiseOfAnotherLogIsRefused() {
    maker.logKey = OTHER.log;
    maker.proven = false;
    maker.mediaType = "application/vnd.dev.sigstore.bundle+json;version=0.1";

    assertRefused(maker.make(), LOG_ENTRY_INVALID, "promise");
  }

  @Test
  void changedIntegratedTimeIsNotWhatWasPromised() {
    assertRefused(
        Edit.set(PLAIN, ENTRY + "integratedTime", Long.toString(SIGNED.getEpochSecond() + 1)),
        LOG_ENTRY_INVALID,
        "promise");
  }

  @Test
  void changedIndexIsNotWhatWasPromised() {
    assertRefused(Edit.set(PLAIN, ENTRY + "logIndex", "5"), LOG_ENTRY_INVALID, "promise");
  }

  @Test
  void entryOfAnUnknownLogIsRefused() {
    assertRefused(
        Edit.set(PLAIN, ENTRY + "logId.keyId", b64(new byte[32])),
        LOG_ENTRY_INVALID,
        "not in the trusted root");
  }

  @Test
  void entryWithoutPromiseAndProofIsRefused() {
    maker.promised = false;
    maker.proven = false;

    assertRefused(maker.make(), LOG_ENTRY_INVALID, "neither");
  }

  @Test
  void promiseAloneIsTooLittleSinceBundlesOfVersion02() {
    maker.proven = false;
    maker.mediaType = "application/vnd.dev.sigstore.bundle+json;version=0.2";

    assertRefused(maker.make(), LOG_ENTRY_INVALID, "no inclusion proof");
  }

  @Test
  void bundleWithoutEntryIsRefused() {
    assertRefused(
        Edit.set(PLAIN, "verificationMaterial.tlogEntries", Json.array(List.of())),
        LOG_ENTRY_INVALID,
        "none");
  }

  @ParameterizedTest
  @CsvSource({"logIndex, 3", "logIndex, 7", "logIndex, 0"})
  void proofOfAnotherPlaceIsRefused(String member, String value) {
    assertRefused(Edit.set(PLAIN, PROOF + member, value), LOG_ENTRY_INVALID, "inclusion proof");
  }

  @Test
  void changedHashOfTheProofIsRefused() {
    assertRefused(
        Edit.set(PLAIN, PROOF + "hashes.1", b64(new byte[32])),
        LOG_ENTRY_INVALID,
        "inclusion proof");
    assertRefused(Edit.remove(PLAIN, PROOF + "hashes.2"), LOG_ENTRY_INVALID, "inclusion proof");
  }

  @Test
  void checkpointOfAnotherTreeIsRefused() {
    assertRefused(Edit.set(PLAIN, PROOF + "treeSize", "8"), LOG_ENTRY_INVALID, "another tree");
    assertRefused(
        Edit.set(PLAIN, PROOF + "rootHash", b64(new byte[32])), LOG_ENTRY_INVALID, "another tree");
  }

  @Test
  void checkpointOfAnotherSizeIsRefused() {
    maker.checkpointSize = 8L;

    assertRefused(maker.make(), LOG_ENTRY_INVALID, "another tree");
  }

  @Test
  void checkpointOfAnotherOriginIsRefused() {
    maker.origin = "elsewhere.example.org - 12345";

    assertRefused(maker.make(), LOG_ENTRY_INVALID, "origin");
  }

  @Test
  void checkpointOfAnotherKeyIsRefused() {
    maker.promised = false;
    maker.stamped = SIGNED;
    maker.logKey = OTHER.log;

    assertRefused(maker.make(), LOG_ENTRY_INVALID, "signature of");
  }

  @Test
  void checkpointThatNamesAnotherKeyIsRefused() {
    String note = Edit.text(PLAIN, PROOF + "checkpoint.envelope");
    int signature = note.lastIndexOf(' ') + 1;
    char first = note.charAt(signature) == 'A' ? 'B' : 'A';

    assertRefused(
        Edit.set(
            PLAIN,
            PROOF + "checkpoint.envelope",
            note.substring(0, signature) + first + note.substring(signature + 1)),
        LOG_ENTRY_INVALID,
        "did not sign");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "\n\n", "a\n7\n\n\u2014 a b\n", "a\nx\nAAAA\n\n\u2014 a b\n"})
  void checkpointOfAnotherFormIsRefused(String note) {
    assertRefused(
        Edit.set(PLAIN, PROOF + "checkpoint.envelope", note), LOG_ENTRY_INVALID, "checkpoint");
  }

  @Test
  void anotherSignerOfACheckpointIsPassedOver() throws IOException {
    maker.checkpointSuffix = "\u2014 witness.example.org AAAAAAAAAAAA\n";

    assertThat(judge(maker.make(), SIGSTORE.trustedRoot()).signer()).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "hashedrekord 0.0.1",
        "hashedrekord 0.0.2",
        "dsse 0.0.1",
        "dsse 0.0.2",
        "intoto 0.0.2"
      })
  void entryAboutSomethingElseIsRefused(String kind) {
    for (int what = 0; what < 3; what++) {
      BundleMaker about = BundleMaker.enveloped(SIGSTORE).kind(kind);
      about.digestInEntry = what == 0 ? new byte[32] : null;
      about.signatureInEntry = what == 1 ? about.signer.sign(new byte[1]) : null;
      about.signerInEntry = what == 2 ? SIGSTORE.signer().der() : null;

      assertRefused(about.make(), LOG_ENTRY_INVALID, "body");
    }
  }

  @Test
  void entryOfAnUnknownKindIsRefused() {
    maker.kind = "rpm 0.0.1";

    assertRefused(maker.make(), LOG_ENTRY_INVALID, "kind");
  }

  @Test
  void entryThatIsAnotherKindInsideIsRefused() {
    assertRefused(
        Edit.set(PLAIN, ENTRY + "kindVersion.version", "0.0.2"), LOG_ENTRY_INVALID, "kind");
  }

  @Test
  void entryAboutAnEnvelopeIsNotOneOfAPlainSignature() {
    maker.kind = "dsse 0.0.1";

    assertRefused(maker.make(), LOG_ENTRY_INVALID, "envelope");
  }

  @Test
  void stampOfAnotherSignatureIsRefused() {
    maker.stamped = SIGNED;
    maker.stampedBytes = new byte[] {1};

    assertRefused(maker.make(), TIMESTAMP_INVALID, "something else");
  }

  @Test
  void stampOfAnUnknownAuthorityGivesNoTime() {
    BundleMaker second = maker.kind("hashedrekord 0.0.2");

    assertRefused(
        second.make(),
        Edit.set(SIGSTORE.trustedRoot(), "timestampAuthorities", Json.array(List.of())),
        TIMESTAMP_INVALID,
        "not by an authority");
  }

  @Test
  void stampMadeWhenItsAuthorityWasNotInUseIsRefused() {
    assertRefused(
        maker.kind("hashedrekord 0.0.2").make(),
        Edit.set(
            SIGSTORE.trustedRoot(), "timestampAuthorities.0.validFor.end", "2026-05-01T00:00:00Z"),
        TIMESTAMP_INVALID,
        "not in use");
  }

  @Test
  void stampOutsideOfTheCertificatesValidityIsRefused() {
    maker.stamped = SIGNED.plusSeconds(3600);

    assertRefused(maker.make(), CERTIFICATE_INVALID, "valid from");
  }

  @Test
  void stampThatIsNoneIsRefused() {
    Json.Obj stamped = maker.kind("hashedrekord 0.0.2").make();

    assertRefused(
        Edit.set(
            stamped,
            "verificationMaterial.timestampVerificationData.rfc3161Timestamps.0.signedTimestamp",
            "MAMCAQA="),
        TIMESTAMP_INVALID,
        "time stamp");
  }

  @Test
  void bundleWithoutAnyTimeIsRefused() {
    maker.kind("hashedrekord 0.0.2").stamped = null;

    assertRefused(maker.make(), CERTIFICATE_INVALID, "no time stamp");
  }

  @ParameterizedTest
  @CsvSource({
    "certificateAuthorities.0.validFor.end, CERTIFICATE_INVALID",
    "ctlogs.0.publicKey.validFor.end, CERTIFICATE_INVALID",
    "tlogs.0.publicKey.validFor.end, LOG_ENTRY_INVALID"
  })
  void whoWasNotInUseDoesNotCount(String path, ReasonCode reason) {
    assertRefused(
        PLAIN, Edit.set(SIGSTORE.trustedRoot(), path, "2026-05-01T00:00:00Z"), reason, "");
  }

  @Test
  void logThatPromisesNoTimeMustBeInUseAtTheTimeOfTheStamp() {
    assertRefused(
        maker.kind("hashedrekord 0.0.2").make(),
        Edit.set(SIGSTORE.trustedRoot(), "tlogs.1.publicKey.validFor.end", "2026-05-01T00:00:00Z"),
        LOG_ENTRY_INVALID,
        "in use");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "tlogs.0.publicKey.validFor.start",
        "ctlogs.0.publicKey.validFor.start",
        "certificateAuthorities.0.validFor.start",
        "timestampAuthorities.0.validFor.start",
        "tlogs.0.publicKey.validFor",
        "tlogs.0.publicKey.keyDetails",
        "tlogs.0.logId",
        "tlogs.0.baseUrl",
        "certificateAuthorities.0.certChain",
        "certificateAuthorities.0.certChain.certificates.0.rawBytes"
      })
  void trustedRootThatLacksAMemberIsRefused(String path) {
    Json.Obj root = Edit.remove(SIGSTORE.trustedRoot(), path);

    assertThatThrownBy(() -> new SigstoreVerifier(bytes(root)))
        .isInstanceOf(TrustedRootException.class)
        .hasMessageStartingWith("trusted root: ");
  }

  @Test
  void trustedRootWhoseWindowEndsBeforeItStartsIsRefused() {
    Json.Obj root =
        Edit.set(SIGSTORE.trustedRoot(), "tlogs.0.publicKey.validFor.end", "2020-01-01T00:00:00Z");

    assertThatThrownBy(() -> new SigstoreVerifier(bytes(root)))
        .isInstanceOf(TrustedRootException.class);
  }

  private static Json.Obj signedWith(PrivateSigstore.Request request) {
    BundleMaker maker = BundleMaker.plain(SIGSTORE);
    maker.signer = SIGSTORE.signer(request);
    return maker.make();
  }

  private static void assertRefused(Json.Obj bundle, ReasonCode reason) {
    assertRefused(bundle, reason, "");
  }

  private static void assertRefused(Json.Obj bundle, ReasonCode reason, String words) {
    assertRefused(bundle, SIGSTORE.trustedRoot(), reason, words);
  }

  private static void assertRefused(
      Json.Obj bundle, Json.Obj root, ReasonCode reason, String words) {
    Judgement judged = judge(bundle, root);

    assertThat(judged.signer()).isNull();
    assertThat(judged.time()).isNull();
    assertThat(judged.checks())
        .filteredOn(check -> !check.passed())
        .singleElement()
        .satisfies(failed -> {
          assertThat(failed.reason()).as(failed.message()).isEqualTo(reason);
          assertThat(failed.message()).contains(words);
        });
  }

  private static Judgement judge(Json.Obj bundle, Json.Obj root) {
    return PrivateSigstore.done(() -> new SigstoreVerifier(bytes(root)).certificate(bytes(bundle)));
  }

  private static byte[] bytes(Json.Obj json) {
    return json.canonical().getBytes(StandardCharsets.UTF_8);
  }

  private static String b64(byte[] bytes) {
    return BundleMaker.b64(bytes);
  }
}
