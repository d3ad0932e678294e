package io.esnode.custody;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.esnode.bundle.Sha256;
import io.esnode.json.JsonException;
import io.esnode.json.JsonReader;
import io.esnode.signature.ExitCode;
import io.esnode.signature.PredicateType;
import io.esnode.signature.ReasonCode;
import io.esnode.signature.Verdict;
import io.esnode.signer.SidecarSigner;
import io.esnode.signer.SidecarVerifier;
import io.esnode.signer.SigningKey;
import io.esnode.signer.TrustedKey;
import io.esnode.signer.TrustedKeys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CustodyLogTest {
  private static final Instant NOW = Instant.parse("2026-11-21T10:15:00Z");
  private static final SigningKey GIVER = SigningKey.generate();
  private static final SigningKey TAKER = SigningKey.generate();

  @TempDir
  Path dir;

  private Path artefact;
  private Path log;

  @BeforeEach
  void handOver() throws IOException {
    artefact = Files.writeString(dir.resolve("a.bin"), "evidence");
    log = CustodyLog.of(artefact);
    String sha256 = Sha256.hex("evidence");
    CustodyLog.add(artefact, entry("R. Roe", null, sha256), new SidecarSigner(GIVER));
    CustodyLog.add(artefact, entry("J. Doe", sha256, sha256), new SidecarSigner(TAKER));
  }

  private static CustodyEntry entry(String actor, @Nullable String before, String after) {
    return entry(actor, "analysis", before, after);
  }

  @SuppressWarnings("NullAway") // javac 17 drops the @Nullable of the record's components
  private static CustodyEntry entry(
      String actor, String purpose, @Nullable String before, String after) {
    return new CustodyEntry(
        NOW, actor, purpose, "court", null, CustodyEntry.Copy.ORIGINAL, "4711", before, after);
  }

  private CustodyLog verified(SigningKey... keys) throws IOException {
    List<TrustedKey> trusted = new ArrayList<>();
    for (SigningKey key : keys) {
      trusted.add(TrustedKey.pinned("key", key.verifyingKey(), NOW));
    }
    return CustodyLog.read(
        artefact,
        Sha256.hex(artefact),
        new SidecarVerifier(TrustedKeys.of(trusted), Set.of(PredicateType.CUSTODY), NOW));
  }

  private static List<ReasonCode> failed(CustodyLog log) {
    return Stream.concat(
            log.transfers().stream().flatMap(transfer -> transfer.checks().stream()),
            log.checks().stream())
        .filter(check -> !check.passed())
        .map(Verdict.Check::reason)
        .toList();
  }

  @Test
  void everyTransferIsSignedByWhoMadeIt() throws IOException {
    CustodyLog read = verified(GIVER, TAKER);

    assertThat(read.exit()).isZero();
    assertThat(read.transfers())
        .extracting(CustodyLog.Transfer::entry)
        .containsExactly(
            entry("R. Roe", null, Sha256.hex("evidence")),
            entry("J. Doe", Sha256.hex("evidence"), Sha256.hex("evidence")));
  }

  @Test
  void entryByKeyNobodyVouchesForIsUntrusted() throws IOException {
    assertThat(failed(verified(GIVER))).containsExactly(ReasonCode.SIGNER_UNKNOWN);
    assertThat(verified(GIVER).exit()).isEqualTo(ExitCode.UNTRUSTED);
  }

  @Test
  void artefactThatChangedSinceIsNoticed() throws IOException {
    Files.writeString(artefact, "forged", StandardOpenOption.TRUNCATE_EXISTING);

    assertThat(failed(verified(GIVER, TAKER))).containsExactly(ReasonCode.DIGEST_MISMATCH);
  }

  @Test
  void artefactThatChangedBetweenTwoHandsIsNoticedForEver() throws IOException {
    Files.writeString(artefact, "forged", StandardOpenOption.TRUNCATE_EXISTING);
    CustodyLog.add(
        artefact,
        entry("vendor", Sha256.hex("evidence"), Sha256.hex("forged")),
        new SidecarSigner(TAKER));

    CustodyLog read = verified(GIVER, TAKER);

    assertThat(failed(read)).containsExactly(ReasonCode.DIGEST_MISMATCH);
    assertThat(read.exit()).isEqualTo(ExitCode.TAMPERED);
  }

  @Test
  void claimThatWhatWasHandedOverWasSomethingElseIsNoticed() throws IOException {
    Files.writeString(artefact, "forged", StandardOpenOption.TRUNCATE_EXISTING);
    CustodyLog.add(
        artefact,
        entry("vendor", Sha256.hex("forged"), Sha256.hex("forged")),
        new SidecarSigner(TAKER));

    assertThat(failed(verified(GIVER, TAKER))).containsExactly(ReasonCode.DIGEST_MISMATCH);
  }

  @Test
  void entriesCutOutOrReorderedAreNoticed() throws IOException {
    List<String> lines = Files.readAllLines(log);

    Files.writeString(log, lines.get(1) + "\n");
    assertThat(failed(verified(GIVER, TAKER))).containsExactly(ReasonCode.STREAM_BROKEN);

    Files.writeString(log, lines.get(1) + "\n" + lines.get(0) + "\n");
    assertThat(verified(GIVER, TAKER).exit()).isEqualTo(ExitCode.TAMPERED);
  }

  @Test
  void everyFlippedBitIsNoticed() throws IOException {
    byte[] bytes = Files.readAllBytes(log);
    for (int bit = 0; bit < bytes.length * 8; bit += 67) {
      byte[] flipped = bytes.clone();
      flipped[bit / 8] ^= (byte) (1 << (bit % 8));
      Files.write(log, flipped);

      assertThat(verified(GIVER, TAKER).exit()).as("bit %d", bit).isNotZero();
    }
  }

  @Test
  void emptyLogIsNone() throws IOException {
    Files.write(log, new byte[0]);

    assertThat(verified(GIVER).exit()).isEqualTo(ExitCode.MALFORMED);
  }

  @Test
  void textsHaveLimits() {
    String sha256 = Sha256.hex("evidence");

    assertThatThrownBy(() -> entry("x".repeat(CustodyEntry.MAX_NAME + 1), null, sha256))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> entry(" ", null, sha256)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> entry("x", "y".repeat(CustodyEntry.MAX_TEXT + 1), null, sha256))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> entry("x", null, "abc")).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void anyEntrySurvivesTheTripThroughItsPredicate() throws JsonException {
    CustodyEntry entry = entry("<b>\u202e\u0000", Sha256.hex("a"), Sha256.hex("b"));

    assertThat(CustodyEntry.parse(JsonReader.object(entry.toJson().build().canonical())))
        .isEqualTo(entry);
  }

  @FuzzTest
  void anyPredicateIsEntryOrJsonException(byte[] data) {
    String entry =
        entry("<actor>", Sha256.hex("a"), Sha256.hex("b")).toJson().build().canonical();
    String text = new String(data, StandardCharsets.ISO_8859_1);
    for (String member : List.of("<actor>", "original", "2026-11-21T10:15:00Z", "false", "null")) {
      try {
        CustodyEntry.parse(JsonReader.object(entry.replace(member, text)));
      } catch (JsonException refused) {
        assertThat(refused).hasMessageContaining(" ");
      }
    }
  }
}
