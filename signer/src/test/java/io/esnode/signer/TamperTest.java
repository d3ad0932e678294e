package io.esnode.signer;

import static io.esnode.signature.ExitCode.MALFORMED;
import static io.esnode.signature.ExitCode.TAMPERED;
import static io.esnode.signature.ExitCode.UNTRUSTED;
import static org.assertj.core.api.Assertions.assertThat;

import io.esnode.signature.SidecarFile;
import io.esnode.signature.TrustState;
import io.esnode.signature.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** No bit of a signed file or of its sidecar is free. */
@Execution(ExecutionMode.CONCURRENT)
class TamperTest {
  @TempDir
  Path dir;

  @Test
  void everyFlippedBitOfSidecarIsNoticed() throws IOException {
    Path file = Samples.signedNote(dir, "note.txt", "85 °C");

    assertThat(exitsOverSidecarFlips(file, Samples.notes(Samples.KEY), 1))
        .containsOnlyKeys(TAMPERED, UNTRUSTED, MALFORMED);
  }

  @Test
  void everyFlippedBitOfSidecarOfUnknownSignerIsNoticed() throws IOException {
    Path file = Samples.signedNote(dir, "note.txt", "85 °C");

    assertThat(exitsOverSidecarFlips(file, Samples.notes(), 3))
        .containsOnlyKeys(TAMPERED, UNTRUSTED, MALFORMED);
  }

  @Test
  void flippedBitsAllOverSidecarOfBundleAreNoticed() throws IOException {
    Path file = Samples.signedBundle(dir);

    assertThat(exitsOverSidecarFlips(file, Samples.bundles(Samples.KEY), 29))
        .containsOnlyKeys(TAMPERED, UNTRUSTED, MALFORMED);
  }

  private static Map<Integer, Long> exitsOverSidecarFlips(
      Path file, SidecarVerifier verifier, int step) throws IOException {
    Path sidecar = SidecarFile.of(file);
    byte[] signed = Files.readAllBytes(sidecar);
    Map<Integer, Long> exits = new TreeMap<>();
    for (int bit = 0; bit < signed.length * 8; bit += step) {
      Files.write(sidecar, Samples.flipped(signed, bit));
      Verdict verdict = verifier.verify(file);
      exits.merge(verdict.exit(), 1L, Long::sum);
      assertThat(verdict.trust()).as("bit %d", bit).isEqualTo(TrustState.REFUSED);
    }
    return exits;
  }

  @Test
  void everyFlippedBitOfSmallFileIsTampering() throws IOException {
    Path file = Samples.signedNote(dir, "note.txt", "temperature 85 °C, clock 1980 MHz");
    byte[] signed = Files.readAllBytes(file);

    assertThat(exitsOverFileFlips(file, signed, Samples.notes(Samples.KEY), 1))
        .containsOnlyKeys(TAMPERED);
  }

  @Test
  void flippedBitsAllOverBundleAreTampering() throws IOException {
    Path file = Samples.signedBundle(dir);
    byte[] signed = Files.readAllBytes(file);

    assertThat(exitsOverFileFlips(file, signed, Samples.bundles(Samples.KEY), 101))
        .containsOnlyKeys(TAMPERED);
  }

  @Test
  void flippedBitsInMagicOfBundleAreTampering() throws IOException {
    Path file = Samples.signedBundle(dir);
    byte[] signed = Files.readAllBytes(file);
    SidecarVerifier verifier = Samples.bundles(Samples.KEY);

    for (int bit : IntStream.concat(
            IntStream.range(0, 32), IntStream.range(signed.length * 8 - 32, signed.length * 8))
        .toArray()) {
      Files.write(file, Samples.flipped(signed, bit));
      assertThat(verifier.verify(file).exit()).as("bit %d", bit).isEqualTo(TAMPERED);
    }
  }

  private static Map<Integer, Long> exitsOverFileFlips(
      Path file, byte[] signed, SidecarVerifier verifier, int step) throws IOException {
    Map<Integer, Long> exits = new TreeMap<>();
    for (int bit = 0; bit < signed.length * 8; bit += step) {
      Files.write(file, Samples.flipped(signed, bit));
      exits.merge(verifier.verify(file).exit(), 1L, Long::sum);
    }
    return exits;
  }

  @Test
  void everyTruncationOfSidecarIsNoticed() throws IOException {
    Path file = Samples.signedNote(dir, "note.txt", "85 °C");
    Path sidecar = SidecarFile.of(file);
    byte[] signed = Files.readAllBytes(sidecar);
    SidecarVerifier verifier = Samples.notes(Samples.KEY);

    for (int length = 0; length < signed.length; length++) {
      Files.write(sidecar, java.util.Arrays.copyOf(signed, length));
      assertThat(verifier.verify(file).exit()).as("%d bytes", length).isEqualTo(MALFORMED);
    }
  }
}
