package io.esnode.note;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.esnode.merkle.MerkleProof;
import io.esnode.merkle.MerkleTree;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The example of C2SP's signed-note and the log of transparency-dev/tessera's tests; skipped where they are not. */
class NoteVectorsTest {
  private static final Path VECTORS = Path.of("../../shared/datasets/provenance_vectors/open");
  private static final Path LOG = VECTORS.resolve("tessera_log");
  private static final int SIZE = 15;

  @BeforeAll
  static void needsVectors() {
    assumeTrue(Files.isDirectory(VECTORS), "the vectors are not there");
  }

  private static NoteKey key(Path file) throws IOException {
    return NoteKey.parse(Files.readString(file).strip());
  }

  @Test
  void exampleOfTheSpecificationVerifies() throws IOException {
    Path directory = VECTORS.resolve("signed_note");
    byte[] note = Files.readAllBytes(directory.resolve("example.note"));
    NoteKey key = key(directory.resolve("example.vkey"));

    assertThat(SignedNote.parse(note).verified(List.of(key)))
        .isEqualTo("This is an example message.\n");
    assertThatThrownBy(() -> SignedNote.parse(note).verified(List.of(key(LOG.resolve("log.vkey")))))
        .isInstanceOf(NoteException.class);
    assertThatThrownBy(() -> SignedNote.parse(Arrays.copyOf(note, note.length - 1)))
        .isInstanceOf(NoteException.class);
    note[3] ^= 1;
    assertThatThrownBy(() -> SignedNote.parse(note).verified(List.of(key)))
        .isInstanceOf(NoteException.class);
  }

  @Test
  void everyCheckpointIsTheRootOfItsTiles() throws IOException {
    NoteKey key = key(LOG.resolve("log.vkey"));
    for (int size = 0; size <= SIZE; size++) {
      byte[] note = Files.readAllBytes(LOG.resolve("checkpoint." + size));
      Checkpoint checkpoint = Checkpoint.verified(note, key);

      assertThat(checkpoint.origin()).isEqualTo("example.com/log/testdata");
      assertThat(checkpoint.size()).isEqualTo(size);
      assertThat(checkpoint.root()).isEqualTo(MerkleTree.root(leaves(size)));
    }
    assertThat(Files.readAllBytes(LOG.resolve("checkpoint")))
        .isEqualTo(Files.readAllBytes(LOG.resolve("checkpoint." + SIZE)));
  }

  @Test
  void everyEntryIsInTheLogAndEveryCheckpointBeforeTheNext() throws IOException {
    NoteKey key = key(LOG.resolve("log.vkey"));
    for (int size = 1; size <= SIZE; size++) {
      List<byte[]> leaves = leaves(size);
      byte[] root = MerkleTree.root(leaves);
      List<byte[]> entries = entries(size);
      assertThat(entries).hasSize(size);
      for (int i = 0; i < size; i++) {
        assertThat(MerkleProof.includes(
                i,
                size,
                MerkleTree.leaf(entries.get(i)),
                MerkleTree.inclusionProof(leaves, i),
                root))
            .isTrue();
      }
      Checkpoint before =
          Checkpoint.verified(Files.readAllBytes(LOG.resolve("checkpoint." + (size - 1))), key);
      List<byte[]> proof = size == 1 ? List.of() : MerkleTree.consistencyProof(leaves, size - 1);
      assertThat(MerkleProof.consistent(size - 1, size, before.root(), root, proof))
          .as("from %d", size - 1)
          .isEqualTo(size > 1);
    }
  }

  @Test
  void everyChangedByteOfACheckpointIsRefused() throws IOException {
    NoteKey key = key(LOG.resolve("log.vkey"));
    byte[] note = Files.readAllBytes(LOG.resolve("checkpoint.7"));
    for (int i = 0; i < note.length; i++) {
      byte[] changed = note.clone();
      changed[i] ^= 1;

      assertThatThrownBy(() -> Checkpoint.verified(changed, key))
          .as("byte %d of %s", i, new String(note, StandardCharsets.UTF_8))
          .isInstanceOf(NoteException.class);
    }
  }

  private static List<byte[]> leaves(int size) throws IOException {
    List<byte[]> leaves = new ArrayList<>();
    if (size > 0) {
      byte[] tile = Files.readAllBytes(LOG.resolve("tile/0/000.p/" + size));
      for (int at = 0; at < tile.length; at += MerkleTree.HASH_BYTES) {
        leaves.add(Arrays.copyOfRange(tile, at, at + MerkleTree.HASH_BYTES));
      }
    }
    return leaves;
  }

  private static List<byte[]> entries(int size) throws IOException {
    List<byte[]> entries = new ArrayList<>();
    ByteBuffer tile =
        ByteBuffer.wrap(Files.readAllBytes(LOG.resolve("tile/entries/000.p/" + size)));
    while (tile.hasRemaining()) {
      byte[] entry = new byte[tile.getShort() & 0xffff];
      tile.get(entry);
      entries.add(entry);
    }
    return entries;
  }
}
