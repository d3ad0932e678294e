package io.esnode.stamp;

import static io.esnode.stamp.TestAuthority.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.esnode.bundle.Sha256;
import io.esnode.json.Json;
import io.esnode.signature.ExitCode;
import io.esnode.signature.PredicateType;
import io.esnode.signature.ReasonCode;
import io.esnode.signature.SidecarFile;
import io.esnode.signature.TrustedTime;
import io.esnode.signature.Verdict;
import io.esnode.signer.Sidecar;
import io.esnode.signer.SidecarSigner;
import io.esnode.signer.SidecarVerifier;
import io.esnode.signer.SigningKey;
import io.esnode.signer.TrustedAuthority;
import io.esnode.signer.TrustedKey;
import io.esnode.signer.TrustedKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a stamp changes in the verdict on a file: keys expire and are revoked, and what they signed before still counts. */
class StampedVerificationTest {
  private static final SigningKey KEY = SigningKey.generate();
  private static final TestAuthority LAB = new TestAuthority("lab");
  private static final Instant LATER = NOW.plus(Duration.ofDays(50));

  @TempDir
  Path dir;

  private Path file;

  @BeforeEach
  void signFile() throws IOException {
    file = Files.writeString(dir.resolve("note.txt"), "85 °C");
    SidecarFile.write(
        file,
        new SidecarSigner(KEY)
            .sign(
                "note.txt",
                Sha256.hex(Files.readAllBytes(file)),
                PredicateType.FILE,
                Json.object().build()));
  }

  private void stamp(TestAuthority by, Instant at) throws IOException {
    Sidecar sidecar = sidecar();
    SidecarFile.write(file, sidecar.withStamp(by.stamp(sidecar.signature(), at)).toBytes());
  }

  private Sidecar sidecar() throws IOException {
    return Sidecar.parse(Files.readAllBytes(SidecarFile.of(file)));
  }

  private Verdict verify(TrustedKey key, TrustedAuthority... authorities) {
    return new SidecarVerifier(TrustedKeys.of(List.of(key)), Set.of(PredicateType.FILE), LATER)
        .with(new TsaVerifier(List.of(authorities), LATER))
        .verify(file);
  }

  private static TrustedKey key(
      @Nullable Instant from, @Nullable Instant until, TrustedKey.@Nullable Revocation revoked) {
    return new TrustedKey("site", KEY.verifyingKey(), NOW, from, until, revoked);
  }

  private static TrustedKey revokedSince(@Nullable Instant compromised) {
    return key(null, null, new TrustedKey.Revocation(LATER, compromised, "stolen"));
  }

  private static List<ReasonCode> failed(Verdict verdict) {
    return verdict.checks().stream()
        .filter(check -> !check.passed())
        .map(Verdict.Check::reason)
        .toList();
  }

  @Test
  void stampIsTheTimeOfTheVerdict() throws IOException {
    stamp(LAB, NOW);

    Verdict verdict = verify(key(null, null, null), LAB.trusted());

    assertThat(verdict.exit()).isEqualTo(ExitCode.OK);
    assertThat(verdict.time()).isNotNull().extracting(TrustedTime::at).isEqualTo(NOW);
    assertThat(verdict.notPerformed()).noneMatch(line -> line.contains("RFC 3161"));
  }

  @Test
  void stampOfSomethingElseIsTampering() throws IOException {
    SidecarFile.write(file, sidecar().withStamp(LAB.stamp(new byte[] {1}, NOW)).toBytes());

    Verdict verdict = verify(key(null, null, null), LAB.trusted());

    assertThat(failed(verdict)).containsExactly(ReasonCode.TIMESTAMP_INVALID);
    assertThat(verdict.exit()).isEqualTo(ExitCode.TAMPERED);
    assertThat(verdict.time()).isNull();
  }

  @Test
  void stampOfAStrangerIsSaidAndChangesNothing() throws IOException {
    stamp(new TestAuthority("stranger"), NOW);

    Verdict verdict = verify(key(null, null, null), LAB.trusted());

    assertThat(verdict.exit()).isEqualTo(ExitCode.OK);
    assertThat(verdict.time()).isNull();
    assertThat(verdict.notPerformed()).anyMatch(line -> line.contains("nobody here vouches"));
  }

  @Test
  void earliestOfSeveralStampsCounts() throws IOException {
    stamp(LAB, NOW.plusSeconds(60));
    stamp(LAB, NOW);
    stamp(LAB, NOW.plusSeconds(30));

    Verdict verdict = verify(key(null, null, null), LAB.trusted());

    assertThat(verdict.time()).isNotNull().extracting(TrustedTime::at).isEqualTo(NOW);
  }

  @Test
  void revokedKeyCountsForWhatIsStampedBeforeItWasCompromised() throws IOException {
    assertThat(failed(verify(revokedSince(NOW.plusMillis(1)), LAB.trusted())))
        .as("without a stamp nobody knows which is older")
        .containsExactly(ReasonCode.SIGNER_REVOKED);
    stamp(LAB, NOW);

    Verdict before = verify(revokedSince(NOW.plusMillis(1)), LAB.trusted());

    assertThat(before.exit()).isEqualTo(ExitCode.OK);
    assertThat(before.checks())
        .anyMatch(check -> check.message().contains("valid when made")
            && check.message().contains("revoked since then"));
    assertThat(failed(verify(revokedSince(NOW), LAB.trusted())))
        .containsExactly(ReasonCode.SIGNER_REVOKED);
    assertThat(failed(verify(revokedSince(null), LAB.trusted())))
        .as("nobody says since when")
        .containsExactly(ReasonCode.SIGNER_REVOKED);
    assertThat(verify(revokedSince(null), LAB.trusted()).exit()).isEqualTo(ExitCode.UNTRUSTED);
  }

  @Test
  void stampOfAStrangerDoesNotSaveARevokedKey() throws IOException {
    stamp(new TestAuthority("stranger"), NOW);

    assertThat(failed(verify(revokedSince(NOW.plusMillis(1)), LAB.trusted())))
        .containsExactly(ReasonCode.SIGNER_REVOKED);
  }

  @Test
  void expiredKeyCountsForWhatIsStampedInItsTime() throws IOException {
    TrustedKey expired = key(NOW, NOW.plusSeconds(60), null);
    assertThat(failed(verify(expired, LAB.trusted()))).containsExactly(ReasonCode.SIGNER_EXPIRED);

    stamp(LAB, NOW.plusSeconds(59));

    assertThat(verify(expired, LAB.trusted()).exit()).isEqualTo(ExitCode.OK);
  }

  @Test
  void keyDoesNotCountForWhatIsStampedOutsideItsTime() throws IOException {
    stamp(LAB, NOW);

    assertThat(failed(verify(key(NOW.plusSeconds(1), null, null), LAB.trusted())))
        .containsExactly(ReasonCode.SIGNER_EXPIRED);
    assertThat(failed(verify(key(null, NOW, null), LAB.trusted())))
        .containsExactly(ReasonCode.SIGNER_EXPIRED);
  }
}
