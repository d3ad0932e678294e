package io.esnode.signer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.esnode.bundle.Manifest;
import io.esnode.bundle.Sha256;
import io.esnode.signature.ExitCode;
import io.esnode.signature.PredicateType;
import io.esnode.signature.ReasonCode;
import io.esnode.signature.SidecarFile;
import io.esnode.signature.SidecarListing;
import io.esnode.signature.TrustState;
import io.esnode.signature.Verdict;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What can be said of a file of which only a digest, or only some rows, are at hand. */
class PartialVerificationTest {
  @TempDir
  Path dir;

  private Path file;
  private List<Manifest.RowGroup> groups;

  @BeforeEach
  void sign() throws IOException {
    file = dir.resolve("sample.parquet");
    Manifest manifest = Samples.bundle(file, false);
    Samples.sign(Samples.KEY, file, PredicateType.RECORDING, Samples.predicate(manifest.toJson()));
    groups = manifest.rowGroups();
  }

  private Verdict rows(String selection) {
    return Samples.bundles(Samples.KEY)
        .verifyRows(file, RowSelection.parse(selection), new SidecarListing());
  }

  private Verdict digest(String sha256) {
    return Samples.bundles(Samples.KEY).verifyDigest(file, sha256, new SidecarListing());
  }

  private static List<ReasonCode> failed(Verdict verdict) {
    return verdict.checks().stream()
        .filter(check -> !check.passed())
        .map(Verdict.Check::reason)
        .toList();
  }

  @Test
  void digestStandsForTheFileThatIsNotHere() throws IOException {
    String sha256 = Sha256.hex(Files.readAllBytes(file));
    Files.delete(file);

    Verdict verdict = digest(sha256);

    assertThat(verdict.exit()).isEqualTo(ExitCode.OK);
    assertThat(verdict.sha256()).isEqualTo(sha256);
    assertThat(verdict.trust()).isEqualTo(TrustState.TRUSTED_SIGNER);
    assertThat(verdict.notPerformed())
        .contains(
            "file: not read; the digest is the word of whoever gave it",
            "row groups, manifest against the footer: the file was not read");
  }

  @Test
  void anotherDigestIsAnotherFile() {
    assertThat(failed(digest(Sha256.hex("x")))).containsExactly(ReasonCode.DIGEST_MISMATCH);
  }

  @Test
  void digestWithoutSidecarIsUnsigned() throws IOException {
    Files.delete(SidecarFile.of(file));

    assertThat(failed(digest(Sha256.hex("x")))).containsExactly(ReasonCode.SIGNATURE_MISSING);
  }

  @Test
  void onlyTheBytesOfTheRowsAskedForAreRead() throws IOException {
    Manifest.RowGroup audit = groups.get(1);
    BitSet expected = new BitSet();
    expected.set((int) audit.offset(), (int) (audit.offset() + audit.bytes()));

    try (WatchedChannel watched = new WatchedChannel(FileChannel.open(file))) {
      Examination examination = new Examination(
          file,
          new Rules(
              Samples.trusting(Samples.KEY),
              List.of(),
              PredicateType.RECORDINGS,
              Samples.NOW,
              null,
              null),
          new SidecarListing());
      examination.run(watched, RowSelection.parse("audit"));

      assertThat(examination.verdict().exit()).isEqualTo(ExitCode.OK);
      assertThat(watched.bytesRead()).isEqualTo(expected);
    }
  }

  @Test
  void rowsNeverClaimTheWholeFile() {
    Verdict verdict = rows("0");

    assertThat(verdict.exit()).isEqualTo(ExitCode.OK);
    assertThat(verdict.sha256()).isNull();
    assertThat(verdict.checks())
        .extracting(Verdict.Check::reason)
        .doesNotContain(ReasonCode.DIGEST_MISMATCH);
    assertThat(verdict.notPerformed())
        .contains(
            "digest of the whole file: only the %d bytes of the rows above were read"
                .formatted(groups.get(0).bytes()),
            "other rows: 1 (audit, 1 rows)");
  }

  @Test
  void damagedFileStillVouchesForTheOtherRows() throws IOException {
    int first = (int) groups.get(0).offset();
    Files.write(file, Samples.flipped(Files.readAllBytes(file), first * 8 + 80));

    assertThat(rows("audit").exit()).isEqualTo(ExitCode.OK);
    Verdict both = rows("0-1");
    assertThat(failed(both)).containsExactly(ReasonCode.ROW_GROUP_MISMATCH);
    assertThat(both.checks())
        .extracting(Verdict.Check::message)
        .contains(
            "rows: these are as they were signed, whatever happened to the rest of the file: 1 (audit, 1 rows)");
  }

  @Test
  void rowsThatAreNotInTheFileAreMissing() throws IOException {
    assertThat(failed(rows("gpu"))).containsExactly(ReasonCode.ARTIFACT_MISSING);
    assertThat(failed(rows("0,7-9"))).containsExactly(ReasonCode.ARTIFACT_MISSING);

    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, java.util.Arrays.copyOf(bytes, (int) groups.get(1).offset() + 1));
    assertThat(failed(rows("audit"))).containsExactly(ReasonCode.ROW_GROUP_MISMATCH);
  }

  @Test
  void rowsOfWhatIsNoRecordingAreNotVouchedFor() throws IOException {
    file = Samples.signedNote(dir, "note.txt", "x");

    Verdict verdict =
        Samples.notes(Samples.KEY).verifyRows(file, RowSelection.parse("0"), new SidecarListing());

    assertThat(failed(verdict)).containsExactly(ReasonCode.NOT_A_BUNDLE);
  }

  @Test
  void rowsOfAnUnknownSignerAreUntrusted() {
    Verdict verdict =
        Samples.bundles().verifyRows(file, RowSelection.parse("0"), new SidecarListing());

    assertThat(verdict.exit()).isEqualTo(ExitCode.UNTRUSTED);
    assertThat(Set.copyOf(failed(verdict))).containsExactly(ReasonCode.SIGNER_UNKNOWN);
  }

  @Test
  void listingFindsWhatLookingPerFileFinds() throws IOException {
    String keyId = Samples.OTHER_KEY.verifyingKey().keyId();
    Files.writeString(SidecarFile.further(file, keyId), "{}");
    Files.writeString(dir.resolve("sample.parquet.note.sigstore.json"), "{}");

    assertThat(new SidecarListing().of(file))
        .isEqualTo(SidecarFile.all(file))
        .containsExactly(SidecarFile.of(file), SidecarFile.further(file, keyId));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ",", "GPU", "3-1", "-1", "gpu;event", "99999999999"})
  void whatSelectsNothingIsRefused(String text) {
    assertThatThrownBy(() -> RowSelection.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @FuzzTest
  void anyTextIsSelectionOrRefused(byte[] data) {
    try {
      RowSelection.parse(new String(data, StandardCharsets.ISO_8859_1));
    } catch (IllegalArgumentException refused) {
      return;
    }
  }
}
