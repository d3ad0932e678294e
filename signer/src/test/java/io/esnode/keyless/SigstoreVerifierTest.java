package io.esnode.keyless;

import static org.assertj.core.api.Assertions.assertThat;

import io.esnode.json.Json;
import io.esnode.signature.ReasonCode;
import io.esnode.signature.TrustedTime;
import io.esnode.signature.Verdict;
import io.esnode.signer.Judgement;
import io.esnode.signer.VerifyingKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.List;
import org.bouncycastle.asn1.x509.GeneralName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bundles that hold. */
class SigstoreVerifierTest {
  private static final PrivateSigstore SIGSTORE = new PrivateSigstore();

  @ParameterizedTest
  @CsvSource({
    "hashedrekord 0.0.1, false",
    "hashedrekord 0.0.2, false",
    "hashedrekord 0.0.1, true",
    "hashedrekord 0.0.2, true",
    "dsse 0.0.1, true",
    "dsse 0.0.2, true",
    "intoto 0.0.2, true"
  })
  void everyKindOfEntryHolds(String kind, boolean enveloped) throws IOException {
    BundleMaker maker = enveloped ? BundleMaker.enveloped(SIGSTORE) : BundleMaker.plain(SIGSTORE);

    Judgement judged = judge(maker.kind(kind).make());

    assertThat(judged.checks()).allMatch(Verdict.Check::passed);
    assertThat(judged.signer())
        .extracting(Verdict.SignerIdentity::identity)
        .isEqualTo(new Verdict.Identity(PrivateSigstore.ISSUER, PrivateSigstore.SUBJECT));
    assertThat(judged.time()).extracting(TrustedTime::at).isEqualTo(PrivateSigstore.SIGNED);
  }

  @Test
  void promiseAloneHoldsInABundleOfVersion01() throws IOException {
    BundleMaker maker = BundleMaker.plain(SIGSTORE);
    maker.mediaType = "application/vnd.dev.sigstore.bundle+json;version=0.1";
    maker.proven = false;

    assertThat(judge(maker.make()).signer()).isNotNull();
  }

  @Test
  void restOfTheChainMayStandInTheBundle() throws IOException {
    Json.Obj bundle = BundleMaker.plain(SIGSTORE).make();
    Json leaf = Edit.at(bundle, "verificationMaterial.certificate");
    Json.Obj chained = Edit.set(
        Edit.remove(bundle, "verificationMaterial.certificate"),
        "verificationMaterial.x509CertificateChain",
        Json.object()
            .put(
                "certificates",
                Json.array(List.of(
                    leaf, raw(SIGSTORE.authorityCertificate()), raw(SIGSTORE.rootCertificate()))))
            .build());

    assertThat(judge(chained).signer()).isNotNull();
  }

  @Test
  void keyOfRsaHolds() throws IOException {
    PrivateSigstore.Request request = new PrivateSigstore.Request();
    request.key = PrivateSigstore.generate("RSA");
    for (BundleMaker maker :
        List.of(BundleMaker.plain(SIGSTORE), BundleMaker.enveloped(SIGSTORE))) {
      maker.signer = SIGSTORE.signer(request);

      assertThat(judge(maker.make()).signer()).isNotNull();
    }
  }

  @Test
  void workflowIsNamedByItsUri() throws IOException {
    PrivateSigstore.Request request = new PrivateSigstore.Request();
    request.subject =
        new GeneralName(GeneralName.uniformResourceIdentifier, "https://example.org/w.yaml");
    BundleMaker maker = BundleMaker.plain(SIGSTORE);
    maker.signer = SIGSTORE.signer(request);

    assertThat(judge(maker.make()).signer())
        .extracting(Verdict.SignerIdentity::identity)
        .isEqualTo(new Verdict.Identity(PrivateSigstore.ISSUER, "https://example.org/w.yaml"));
  }

  @Test
  void earliestTimeCounts() throws IOException {
    BundleMaker maker = BundleMaker.plain(SIGSTORE);
    maker.stamped = PrivateSigstore.SIGNED.minusSeconds(5);

    assertThat(judge(maker.make()).time())
        .isEqualTo(new TrustedTime(
            PrivateSigstore.SIGNED.minusSeconds(5),
            TrustedTime.Source.EXTERNAL_TSA,
            "tsa.example.org"));
  }

  @ParameterizedTest
  @CsvSource({"hashedrekord 0.0.1, false", "dsse 0.0.2, true", "hashedrekord 0.0.2, true"})
  void entriesOfAKeysBundleHold(String kind, boolean enveloped) throws IOException {
    BundleMaker maker = enveloped ? BundleMaker.enveloped(SIGSTORE) : BundleMaker.plain(SIGSTORE);
    maker.keyed = true;
    byte[] bundle = bytes(maker.kind(kind).make());

    Judgement judged = verifier().logEntries(bundle, key(maker.signer.key()));
    Judgement other = verifier().logEntries(bundle, key(PrivateSigstore.ec()));

    assertThat(judged.checks()).hasSize(1).allMatch(Verdict.Check::passed);
    assertThat(judged.time() == null).isEqualTo(kind.endsWith("2"));
    assertThat(other.checks())
        .extracting(Verdict.Check::reason)
        .containsExactly(ReasonCode.LOG_ENTRY_INVALID);
    assertThat(other.checks()).noneMatch(Verdict.Check::passed);
    assertThat(other.time()).isNull();
  }

  private static VerifyingKey key(KeyPair pair) throws IOException {
    Path file = Files.createTempFile("key", ".pub");
    try {
      Files.writeString(
          file,
          "-----BEGIN PUBLIC KEY-----\n%s\n-----END PUBLIC KEY-----\n"
              .formatted(BundleMaker.b64(pair.getPublic().getEncoded())));
      return VerifyingKey.load(file);
    } finally {
      Files.delete(file);
    }
  }

  private static Json.Obj raw(byte[] der) {
    return Json.object().put("rawBytes", BundleMaker.b64(der)).build();
  }

  private static SigstoreVerifier verifier() throws IOException {
    return new SigstoreVerifier(bytes(SIGSTORE.trustedRoot()));
  }

  private static Judgement judge(Json.Obj bundle) throws IOException {
    return verifier().certificate(bytes(bundle));
  }

  private static byte[] bytes(Json.Obj json) {
    return json.canonical().getBytes(StandardCharsets.UTF_8);
  }
}
