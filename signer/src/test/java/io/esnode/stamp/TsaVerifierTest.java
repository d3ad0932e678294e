package io.esnode.stamp;

import static io.esnode.stamp.TestAuthority.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.esnode.signature.ReasonCode;
import io.esnode.signature.TrustedTime;
import io.esnode.signature.Verdict;
import io.esnode.signer.Judgement;
import io.esnode.signer.TrustedAuthority;
import io.esnode.signer.TrustedKey;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.cmp.PKIFailureInfo;
import org.bouncycastle.asn1.cmp.PKIStatus;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.tsp.TSPAlgorithms;
import org.bouncycastle.tsp.TimeStampRequestGenerator;
import org.bouncycastle.tsp.TimeStampResponseGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TsaVerifierTest {
  private static final byte[] SIGNATURE = "a signature".getBytes(StandardCharsets.US_ASCII);
  private static final Duration DAY = Duration.ofDays(1);
  private static final TestAuthority LAB = new TestAuthority("lab");
  private static final byte[] STAMP = LAB.stamp(SIGNATURE, NOW);

  private static Judgement verify(byte[] stamp, TrustedAuthority... authorities) {
    return verify(SIGNATURE, stamp, authorities);
  }

  private static Judgement verify(byte[] signature, byte[] stamp, TrustedAuthority... authorities) {
    return new TsaVerifier(List.of(authorities), NOW.plus(DAY)).verify(signature, stamp);
  }

  private static void assertInvalid(Judgement judged, String... words) {
    assertThat(judged.time()).isNull();
    assertThat(judged.notPerformed()).isEmpty();
    assertThat(judged.checks()).hasSize(1);
    Verdict.Check check = judged.checks().get(0);
    assertThat(check.reason()).isEqualTo(ReasonCode.TIMESTAMP_INVALID);
    assertThat(check.passed()).isFalse();
    assertThat(check.message()).startsWith("time stamp: ").hasSizeLessThan(400);
    assertThat(words).allMatch(check.message()::contains);
  }

  private static void assertNobodyVouches(Judgement judged, String... words) {
    assertThat(judged.time()).isNull();
    assertThat(judged.checks()).isEmpty();
    assertThat(judged.notPerformed()).hasSize(1);
    assertThat(judged.notPerformed().get(0)).startsWith("RFC 3161 time stamp: ");
    assertThat(words).allMatch(judged.notPerformed().get(0)::contains);
  }

  private static @Nullable Instant time(Judgement judged) {
    return judged.time() == null ? null : judged.time().at();
  }

  @Test
  void stampOfTrustedAuthorityGivesItsTime() {
    Judgement judged = verify(STAMP, LAB.trusted());

    assertThat(judged.time())
        .isEqualTo(new TrustedTime(NOW, TrustedTime.Source.EXTERNAL_TSA, "lab TSA"));
    assertThat(judged.notPerformed()).isEmpty();
    assertThat(judged.signer()).isNull();
    assertThat(judged.checks())
        .containsExactly(
            new Verdict.Check(
                ReasonCode.TIMESTAMP_INVALID,
                true,
                "time stamp: the signature existed at 2026-11-21T10:15:00Z, by lab TSA (external-TSA)"));
  }

  @Test
  @SuppressWarnings("NullAway") // javac 17 drops the @Nullable of the record's components
  void stampOfTheSitesOwnAuthorityIsCalledThat() {
    TrustedAuthority own =
        new TrustedAuthority("site", List.of(TestAuthority.der(LAB.root)), true, null, null, null);

    assertThat(verify(STAMP, own).time())
        .isEqualTo(new TrustedTime(NOW, TrustedTime.Source.SITE_TSA, "site"));
  }

  @Test
  void stampOfAnAuthorityThatNobodyKnowsIsNotChecked() {
    TestAuthority stranger = new TestAuthority("stranger");

    assertNobodyVouches(verify(STAMP), "CN=lab", "--tsa");
    assertNobodyVouches(verify(STAMP, stranger.trusted()), "CN=lab");
  }

  /** Names are for the taking; only the root's signature counts. */
  @Test
  void authorityOfTheSameNamesIsAStranger() {
    assertNobodyVouches(verify(STAMP, new TestAuthority("lab").trusted()));
  }

  @Test
  void stampOfSomethingElseIsInvalid() {
    byte[] other = "another signature".getBytes(StandardCharsets.US_ASCII);

    assertInvalid(verify(other, STAMP, LAB.trusted()), "something else");
    assertInvalid(verify(other, STAMP), "something else");
  }

  @Test
  void imprintOfAnotherAlgorithmIsInvalid() {
    TimeStampRequestGenerator generator = new TimeStampRequestGenerator();
    byte[] query;
    try {
      query =
          generator.generate(TSPAlgorithms.SHA512, new byte[64], BigInteger.ONE).getEncoded();
    } catch (java.io.IOException e) {
      throw new IllegalStateException(e);
    }

    assertInvalid(verify(LAB.answer(query, NOW), LAB.trusted()), "something else");
  }

  static IntStream everyThirtyFirstBit() {
    return IntStream.iterate(0, bit -> bit < STAMP.length * 8, bit -> bit + 31);
  }

  /** A bit of what nobody signed, such as a certificate that the machine has already, may change and say the same. */
  @Test
  void noFlippedBitGivesAnotherTime() {
    everyThirtyFirstBit().forEach(bit -> {
      byte[] flipped = STAMP.clone();
      flipped[bit / 8] ^= (byte) (1 << (bit % 8));

      assertThat(time(verify(flipped, LAB.trusted()))).as("bit %d", bit).isIn(NOW, null);
    });
  }

  @Test
  void tornOrLongerStampIsInvalid() {
    for (int length = 0; length < STAMP.length; length += 13) {
      assertInvalid(verify(Arrays.copyOf(STAMP, length), LAB.trusted()));
    }
    assertInvalid(verify(Arrays.copyOf(STAMP, STAMP.length + 1), LAB.trusted()));
    assertInvalid(verify(new byte[Stamp.MAX_BYTES + 1], LAB.trusted()), "65537 bytes");
  }

  @Test
  void nestedWithoutEndIsInvalid() {
    byte[] deep = new byte[Stamp.MAX_BYTES];
    for (int i = 0; i + 1 < deep.length; i += 2) {
      deep[i] = 0x30;
      deep[i + 1] = (byte) 0x80;
    }

    assertInvalid(verify(deep, LAB.trusted()));
  }

  @Test
  void refusalOfTheAuthorityIsNoStamp() throws Exception {
    byte[] refusal = new TimeStampResponseGenerator(null, TSPAlgorithms.ALLOWED)
        .generateFailResponse(PKIStatus.REJECTION, PKIFailureInfo.badAlg, "not today\u001b[31m")
        .getEncoded();

    assertInvalid(verify(refusal, LAB.trusted()), "refused, status 2", "not today\\u001b");
  }

  static List<X509Certificate> certificatesNotForStamping() {
    Instant from = NOW.minus(DAY);
    Instant until = NOW.plus(DAY);
    return List.of(
        LAB.leaf("lab", from, until, TestAuthority.STAMPING, false),
        LAB.leaf("lab", from, until, null, true),
        LAB.leaf("lab", from, until, new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth), true),
        LAB.leaf(
            "lab",
            from,
            until,
            new ExtendedKeyUsage(
                new KeyPurposeId[] {KeyPurposeId.id_kp_timeStamping, KeyPurposeId.id_kp_OCSPSigning
                }),
            true),
        LAB.leaf(
            "lab",
            from,
            until,
            TestAuthority.STAMPING,
            true,
            new KeyUsage(KeyUsage.keyEncipherment)));
  }

  /** BouncyCastle's generator refuses such certificates, so the one it knows is exchanged behind its back. */
  @ParameterizedTest
  @MethodSource("certificatesNotForStamping")
  void certificateMustBeForStampingAlone(X509Certificate certificate) throws Exception {
    Stamp stamp = Stamp.parse(STAMP);

    assertThat(stamp.names(certificate)).isTrue();
    assertThatThrownBy(() -> stamp.checkSignedBy(certificate)).isInstanceOf(StampException.class);
  }

  /** Same names, same serial number, same key: only the digest in the signed attributes tells them apart. */
  @Test
  void certificateThatTheStampDoesNotNameByDigestIsRefused() {
    TestAuthority swapped = new TestAuthority("lab");
    swapped.carriesLeaf = false;
    byte[] without = swapped.stamp(SIGNATURE, NOW);
    X509Certificate twin = swapped.leaf(
        "lab", NOW.minus(DAY), NOW.plus(Duration.ofDays(200)), TestAuthority.STAMPING, true);

    assertInvalid(
        verify(without, TestAuthority.trusted(List.of(twin, swapped.root), null, null, null)),
        "certificate hash");
    assertThat(time(verify(
            without,
            TestAuthority.trusted(List.of(twin, swapped.leaf, swapped.root), null, null, null))))
        .isEqualTo(NOW);
  }

  @Test
  void leafMayStandInTheStampOrAmongTheTrusted() {
    TestAuthority quiet = new TestAuthority("quiet");
    quiet.carriesLeaf = false;
    byte[] without = quiet.stamp(SIGNATURE, NOW);

    assertNobodyVouches(verify(without, quiet.trusted()), "without its certificate");
    assertThat(time(verify(
            without, TestAuthority.trusted(List.of(quiet.leaf, quiet.root), null, null, null))))
        .isEqualTo(NOW);
    assertThat(time(verify(without, TestAuthority.trusted(List.of(quiet.leaf), null, null, null))))
        .isEqualTo(NOW);
  }

  @Test
  void authorityBetweenMayStandInTheStamp() {
    TestAuthority below = new TestAuthority("below");
    X509Certificate between = TestAuthority.certificate(
        "below root", "lab root", below.rootKey, LAB.rootKey, NOW.minus(DAY), NOW.plus(DAY), true);
    byte[] without = below.stamp(SIGNATURE, NOW);
    below.carriesToo = List.of(between, LAB.root);
    byte[] with = below.stamp(SIGNATURE, NOW);

    assertNobodyVouches(verify(without, LAB.trusted()));
    assertThat(time(verify(with, LAB.trusted()))).isEqualTo(NOW);
    below.carriesToo = List.of(TestAuthority.certificate(
        "below root",
        "lab root",
        below.rootKey,
        LAB.rootKey,
        NOW.minus(DAY),
        NOW.plus(DAY),
        false));
    assertInvalid(verify(below.stamp(SIGNATURE, NOW), LAB.trusted()), "not valid");
  }

  @Test
  void certificatesAreJudgedAtTheTimeOfTheStamp() {
    Instant years = NOW.plus(Duration.ofDays(3000));
    TestAuthority shortLived = new TestAuthority("short");
    shortLived.leaf =
        shortLived.leaf("short", NOW.minus(DAY), NOW.plus(DAY), TestAuthority.STAMPING, true);

    assertThat(new TsaVerifier(List.of(LAB.trusted()), years)
            .verify(SIGNATURE, STAMP)
            .time())
        .isNotNull();
    assertThat(time(verify(shortLived.stamp(SIGNATURE, NOW), shortLived.trusted())))
        .isEqualTo(NOW);
    assertInvalid(
        verify(shortLived.stamp(SIGNATURE, NOW.minus(Duration.ofDays(2))), shortLived.trusted()));
  }

  @Test
  void rootMustHaveBeenValidToo() {
    TestAuthority old = new TestAuthority("old");
    X509Certificate expired = TestAuthority.certificate(
        "old root",
        "old root",
        old.rootKey,
        old.rootKey,
        NOW.minus(Duration.ofDays(9)),
        NOW.minus(DAY),
        true);

    assertInvalid(
        verify(
            old.stamp(SIGNATURE, NOW), TestAuthority.trusted(List.of(expired), null, null, null)),
        "not valid at");
  }

  @Test
  void stampCountsInTheAuthoritysWindowOnly() {
    List<X509Certificate> root = List.of(LAB.root);

    assertThat(time(verify(STAMP, TestAuthority.trusted(root, NOW, NOW.plusMillis(1), null))))
        .isEqualTo(NOW);
    assertInvalid(
        verify(STAMP, TestAuthority.trusted(root, NOW.plusMillis(1), null, null)),
        "trusted from 2026-11-21T10:15:00.001Z until further notice");
    assertInvalid(verify(STAMP, TestAuthority.trusted(root, null, NOW, null)), "trusted from ever");
  }

  @Test
  void revokedAuthorityCountsForWhatItMadeBefore() {
    assertThat(time(verify(STAMP, revoked(NOW.plusMillis(1))))).isEqualTo(NOW);
    assertInvalid(verify(STAMP, revoked(NOW)), "revoked", "\"stolen\"", "until 2026-11-21");
    assertInvalid(verify(STAMP, revoked(null)), "nobody says until when");
  }

  @Test
  void revocationHoldsThoughTheAuthorityIsGivenAgain() {
    assertInvalid(verify(STAMP, LAB.trusted(), revoked(null)), "revoked");
    assertInvalid(verify(STAMP, revoked(null), LAB.trusted()), "revoked");
  }

  @Test
  void oneOfSeveralAuthoritiesIsEnough() {
    TrustedAuthority over = TestAuthority.trusted(List.of(LAB.root), null, NOW, null);

    assertThat(time(verify(STAMP, over, LAB.trusted()))).isEqualTo(NOW);
    assertThat(time(verify(STAMP, LAB.trusted(), over))).isEqualTo(NOW);
  }

  private static TrustedAuthority revoked(@Nullable Instant compromisedSince) {
    return TestAuthority.trusted(
        List.of(LAB.root),
        null,
        null,
        new TrustedKey.Revocation(NOW.plus(DAY), compromisedSince, "stolen"));
  }

  @Test
  void stampOfTheFutureIsInvalid() {
    byte[] future = LAB.stamp(SIGNATURE, NOW.plus(DAY).plus(Duration.ofMinutes(11)));

    assertInvalid(verify(future, LAB.trusted()), "check the clocks");
    assertThat(time(verify(LAB.stamp(SIGNATURE, NOW.plus(DAY)), LAB.trusted()))).isNotNull();
  }

  @Test
  void accuracyIsSaidAndMustBeOne() {
    TestAuthority vague = new TestAuthority("vague");
    vague.accuracyS = 2;
    Judgement good = verify(vague.stamp(SIGNATURE, NOW), vague.trusted());
    vague.accuracyS = 61;

    assertThat(good.checks().get(0).message()).endsWith("(external-TSA, accurate to PT2S)");
    assertInvalid(verify(vague.stamp(SIGNATURE, NOW), vague.trusted()), "accuracy PT1M1S");
  }

  @Test
  void weakDigestIsInvalid() {
    TestAuthority weak = new TestAuthority("weak");
    weak.digest = "SHA1withECDSA";

    assertInvalid(verify(weak.stamp(SIGNATURE, NOW), weak.trusted()), "expected SHA-2");
  }

  @Test
  void criticalExtensionIsInvalid() throws Exception {
    TestAuthority strange = new TestAuthority("strange");
    strange.extensions = new Extensions(new Extension(
        new ASN1ObjectIdentifier("1.2.3.4"),
        true,
        new DEROctetString(DERNull.INSTANCE.getEncoded())));

    assertInvalid(verify(strange.stamp(SIGNATURE, NOW), strange.trusted()), "critical extension");
  }

  @Test
  void answerToAnotherQuestionIsRefused() throws Exception {
    StampQuery query = new StampQuery(SIGNATURE, BigInteger.valueOf(77));

    query.checkAnsweredBy(LAB.answer(query.toBytes(), NOW));

    assertThatThrownBy(() -> query.checkAnsweredBy(STAMP))
        .isInstanceOf(StampException.class)
        .hasMessageContaining("another question");
    assertThatThrownBy(() -> query.checkAnsweredBy(new byte[] {1, 2, 3}))
        .isInstanceOf(StampException.class);
  }

  @FuzzTest
  void anyBytesAreAJudgement(byte[] data) {
    assertThat(verify(data, LAB.trusted()).time()).isNull();
  }

  /** The bytes are laid over a stamp, so that the fuzzer begins where the depths are. */
  @FuzzTest
  void anyChangeOfAStampGivesNoOtherTime(byte[] data) {
    byte[] changed = STAMP.clone();
    for (int i = 0; i + 2 < data.length; i += 3) {
      changed[((data[i] & 0xff) << 8 | (data[i + 1] & 0xff)) % changed.length] = data[i + 2];
    }

    assertThat(time(verify(changed, LAB.trusted()))).isIn(NOW, null);
  }
}
