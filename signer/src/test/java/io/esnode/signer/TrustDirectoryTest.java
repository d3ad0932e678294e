package io.esnode.signer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.esnode.signature.ExitCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TrustDirectoryTest {
  private static final VerifyingKey KEY = Samples.KEY.verifyingKey();
  private static final VerifyingKey OTHER = Samples.OTHER_KEY.verifyingKey();
  private static final Instant LATER = Samples.NOW.plusSeconds(60);

  @TempDir
  Path dir;

  private TrustDirectory trust;

  @BeforeEach
  void openDirectory() {
    trust = new TrustDirectory(dir.resolve("trust"));
  }

  @Test
  void missingDirectoryHoldsNoKeys() throws IOException {
    assertThat(trust.list()).isEmpty();
  }

  @Test
  void addedKeyIsListed() throws IOException {
    TrustedKey added = trust.add(KEY, "node 7 – Zürich", Samples.NOW);

    assertThat(trust.list()).containsExactly(added);
    assertThat(added.keyId()).isEqualTo(KEY.keyId());
  }

  @Test
  void entryIsOneLineOfCanonicalJsonNamedByKeyId() throws IOException {
    trust.add(KEY, "lab", Samples.NOW);

    assertThat(Files.readString(trust.path().resolve(KEY.keyId() + ".json")))
        .isEqualTo(
            "{\"added\":\"2026-11-21T10:15:00Z\",\"format\":\"esnode.trusted-key/1\",\"key_id\":\"%s\",\"label\":\"lab\",\"public_key\":\"%s\",\"purpose\":\"evidence\",\"revoked\":null,\"valid_from\":null,\"valid_until\":null}\n"
                .formatted(KEY.keyId(), StrictBase64.encode(KEY.spki())));
  }

  @Test
  void addingAgainUnderTheSameLabelChangesNothing() throws IOException {
    TrustedKey first = trust.add(KEY, "lab", Samples.NOW);

    assertThat(trust.add(KEY, "lab", LATER)).isEqualTo(first);
  }

  @Test
  void oneLabelNamesOneKey() throws IOException {
    trust.add(KEY, "lab", Samples.NOW);

    assertThatThrownBy(() -> trust.add(OTHER, "lab", LATER))
        .isInstanceOf(TrustException.class)
        .hasMessageContaining(KEY.keyId());
    assertThatThrownBy(() -> trust.add(KEY, "office", LATER)).isInstanceOf(TrustException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "  ", "a\u001b[31m", "a\nb", "\u202eevil", "nul\u0000"})
  void labelsThatCouldDeceiveAreRefused(String label) {
    assertThatThrownBy(() -> trust.add(KEY, label, Samples.NOW))
        .isInstanceOf(TrustException.class)
        .message()
        .isASCII();
  }

  @Test
  void revokedKeyKeepsItsReasonAndIsNotTrustedAgain() throws IOException {
    trust.add(KEY, "lab", Samples.NOW);

    Trusted revoked = trust.revoke("lab", "laptop lost", Samples.NOW, LATER);

    assertThat(trust.entries()).containsExactly(revoked);
    assertThat(revoked.revocation())
        .isEqualTo(new TrustedKey.Revocation(LATER, Samples.NOW, "laptop lost"));
    assertThatThrownBy(() -> trust.add(KEY, "lab", LATER)).isInstanceOf(TrustException.class);
    assertThatThrownBy(() -> trust.revoke("lab", "again", null, LATER))
        .isInstanceOf(TrustException.class);
  }

  @Test
  void keyIsRevokedByTheBeginningOfItsId() throws IOException {
    trust.add(KEY, "lab", Samples.NOW);

    assertThatThrownBy(() -> trust.revoke(KEY.keyId().substring(0, 7), "x", null, LATER))
        .isInstanceOf(TrustException.class);
    assertThat(trust.revoke(KEY.keyId().substring(0, 8), "x", null, LATER).revocation())
        .isNotNull();
  }

  @Test
  void nameThatFitsTwoKeysRevokesNeither() throws IOException {
    trust.add(KEY, "lab", Samples.NOW);
    trust.add(OTHER, KEY.keyId().substring(0, 8), Samples.NOW);

    assertThatThrownBy(() -> trust.revoke(KEY.keyId().substring(0, 8), "x", null, LATER))
        .isInstanceOf(TrustException.class)
        .hasMessageContaining(KEY.keyId())
        .hasMessageContaining(OTHER.keyId());
    assertThat(trust.list()).allMatch(key -> key.revocation() == null);
  }

  @Test
  void keyThatWasNeverAddedCanBeRevoked() throws IOException {
    trust.revoke(KEY, "node", "decommissioned", null, LATER);

    assertThat(trust.list()).singleElement().matches(key -> key.revocation() != null);
  }

  @Test
  void revocationNeedsReason() throws IOException {
    trust.add(KEY, "lab", Samples.NOW);

    assertThatThrownBy(() -> trust.revoke("lab", " ", null, LATER))
        .isInstanceOf(TrustException.class);
  }

  @Test
  void keyGivenForOneRunStaysRevokedIfThisMachineRevokedIt() throws IOException {
    trust.add(OTHER, "other", Samples.NOW);
    trust.revoke(KEY, "node", "lost", null, LATER);

    TrustedKeys keys = Samples.trusting(Samples.KEY).withRevocationsOf(trust.list());

    assertThat(keys.find(KEY.keyId())).get().matches(key -> key.revocation() != null);
    assertThat(keys.find(OTHER.keyId())).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "'\"revoked\":null', '\"revoked\":null,\"revokedd\":1'",
    "'\"revoked\":null', '\"revoked\":{\"at\":\"2026-11-21T10:15:00Z\",\"reason\":\"x\"},\"until\":1'",
    "'\"revoked\":null', '\"revoked\":{\"at\":\"now\",\"reason\":\"x\"}'",
    "'\"revoked\":null', '\"revoked\":false'",
    "'\"revoked\":null,', ''",
    "'\"valid_until\":null', '\"valid_until\":0'",
    "'\"valid_until\":null', '\"valid_until\":\"2027\"'",
    "'evidence', 'log'",
    "'trusted-key/1', 'trusted-key/2'",
    "'\"label\":\"lab\"', '\"label\":\"\\u202e\"'",
    "'\"label\":\"lab\"', '\"label\":\"lab\",\"label\":\"lab\"'",
    "'\"key_id\":\"', '\"key_id\":\"0'",
    "'\"public_key\":\"', '\"public_key\":\"A'"
  })
  void entryThatIsNotWhollyUnderstoodMakesTheDirectoryUnreadable(String found, String changed)
      throws IOException {
    trust.add(KEY, "lab", Samples.NOW);
    Path entry = trust.path().resolve(KEY.keyId() + ".json");
    String text = Files.readString(entry);
    assertThat(text).contains(found);
    Files.writeString(entry, text.replace(found, changed));

    assertThatThrownBy(() -> trust.list())
        .isInstanceOfSatisfying(
            TrustException.class, e -> assertThat(e.exit()).isEqualTo(ExitCode.MALFORMED))
        .hasMessageStartingWith(entry.toString());
  }

  @Test
  void entryUnderAnotherNameIsRefused() throws IOException {
    trust.add(KEY, "lab", Samples.NOW);
    Files.move(
        trust.path().resolve(KEY.keyId() + ".json"), trust.path().resolve(OTHER.keyId() + ".json"));

    assertThatThrownBy(() -> trust.list()).isInstanceOf(TrustException.class);
  }

  @Test
  void leftoversOfAnInterruptedWriteAreNotEntries() throws IOException {
    trust.add(KEY, "lab", Samples.NOW);
    Files.writeString(trust.path().resolve(OTHER.keyId() + ".json.partial"), "{");

    assertThat(trust.list()).hasSize(1);
  }

  @Test
  void anyEntryWithoutLimitsSurvivesTheTripThroughItsFile() throws IOException {
    TrustedKey key = new TrustedKey(
        "lab",
        KEY,
        Samples.NOW,
        Samples.NOW,
        LATER,
        new TrustedKey.Revocation(LATER, null, "<script> \u202e \u0000"));

    assertThat(TrustDirectory.parse("x", key.toBytes())).isEqualTo(key);
  }

  @Test
  void fileNamesBecomeLabels() {
    assertThat(List.of(
            TrustedKey.fittingLabel("node7"),
            TrustedKey.fittingLabel("\u001b\n"),
            TrustedKey.fittingLabel("x".repeat(500))))
        .allMatch(label -> TrustedKey.labelFault(label).isEmpty());
  }

  @FuzzTest
  void anyBytesAreEntryOrTrustException(byte[] data) {
    try {
      TrustDirectory.parse("fuzz", data);
    } catch (TrustException refused) {
      return;
    }
  }

  @FuzzTest
  void anyMemberValueIsEntryOrTrustException(byte[] data) {
    String text =
        new String(data, StandardCharsets.ISO_8859_1).replaceAll("[\\x00-\\x1f\"\\\\]", "");
    String entry = new String(
            TrustedKey.pinned("lab", KEY, Samples.NOW).toBytes(), StandardCharsets.UTF_8)
        .replace("2026-11-21T10:15:00Z", text);
    try {
      TrustDirectory.parse("fuzz", entry.getBytes(StandardCharsets.UTF_8));
    } catch (TrustException refused) {
      return;
    }
  }

  @Test
  void entriesOfEveryKindAreRead() throws Exception {
    TrustedKey key = trust.add(
        KEY, EnumSet.of(Purpose.CUSTODY, Purpose.POLICY), "lawyer", Samples.NOW, LATER, LATER);
    TrustedIdentity identity = trust.add(
        new TrustedIdentity(
            "ops", "https://id.example", ".*@example[.]org", true, null, LATER, null),
        LATER);
    TrustedAuthority authority =
        trust.add("tsa", Certificates.chain(), "tsa", true, null, null, LATER);

    assertThat(trust.list()).containsExactly(key);
    assertThat(trust.identities()).containsExactly(identity);
    assertThat(trust.authorities())
        .singleElement()
        .satisfies(read -> assertThat(read.toBytes()).isEqualTo(authority.toBytes()));
    assertThat(Files.readString(trust.path().resolve(KEY.keyId() + ".json")))
        .contains("\"purpose\":\"custody policy\"");
  }

  @Test
  void chainIsOrderedWithTheRootLast() throws Exception {
    TrustedAuthority authority =
        trust.add("tsa", Certificates.chain(), "tsa", false, null, null, LATER);

    assertThat(authority.certificates()).hasSize(2);
    assertThat(Certificates.subject(authority.certificates().get(1))).contains("root");
  }

  @Test
  void textThatIsNoCertificateIsRefused() {
    assertThatThrownBy(() -> trust.add("tsa", new byte[] {'{'}, "tsa", false, null, null, LATER))
        .isInstanceOf(TrustException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"(", "", "a{99999999999}"})
  void patternThatIsNoneIsRefused(String pattern) {
    assertThatThrownBy(() -> trust.add(
            new TrustedIdentity("ops", "https://id.example", pattern, true, null, null, null),
            LATER))
        .isInstanceOf(TrustException.class);
  }

  @Test
  void labelIsOneOfAllKinds() throws IOException {
    trust.add(KEY, "ops", Samples.NOW);

    assertThatThrownBy(() -> trust.add(
            new TrustedIdentity("ops", "https://id.example", "a", false, null, null, null), LATER))
        .isInstanceOf(TrustException.class)
        .hasMessageContaining(KEY.keyId());
  }

  @Test
  void identityIsRevokedByItsLabel() throws IOException {
    trust.add(
        new TrustedIdentity("ops", "https://id.example", "a", false, null, null, null), LATER);

    trust.revoke("ops", "left", null, LATER);

    assertThat(trust.identities())
        .singleElement()
        .matches(identity -> identity.revocation() != null);
  }

  @Test
  void retiredKeyIsValidUntilThen() throws IOException {
    trust.add(KEY, "lab", Samples.NOW);

    trust.retire("lab", LATER, LATER);

    assertThat(trust.list()).singleElement().matches(key -> LATER.equals(key.validUntil()));
    assertThatThrownBy(() -> trust.retire("lab", LATER.plusSeconds(1), LATER))
        .isInstanceOf(TrustException.class);
  }

  @Test
  void addingAgainForMoreIsRefused() throws IOException {
    trust.add(KEY, "lab", Samples.NOW);

    assertThatThrownBy(() -> trust.add(KEY, EnumSet.allOf(Purpose.class), "lab", null, null, LATER))
        .isInstanceOf(TrustException.class);
  }
}
