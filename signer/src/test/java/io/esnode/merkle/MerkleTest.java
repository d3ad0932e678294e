package io.esnode.merkle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every proof of every tree of up to 64 leaves, and everything that is almost one. */
class MerkleTest {
  private static final int SIZES = 64;
  private static final List<byte[]> LEAVES = IntStream.range(0, SIZES)
      .mapToObj(i -> MerkleTree.leaf(("entry " + i).getBytes(StandardCharsets.US_ASCII)))
      .toList();
  private static final List<byte[]> ROOTS = IntStream.rangeClosed(0, SIZES)
      .mapToObj(size -> MerkleTree.root(LEAVES.subList(0, size)))
      .toList();

  static IntStream sizes() {
    return IntStream.rangeClosed(1, SIZES);
  }

  /** The hashes of Certificate Transparency's own tests (google/certificate-transparency, merkle_tree_test.cc). */
  @Test
  void rootsAreThoseOfCertificateTransparency() {
    List<byte[]> leaves = List.of("", "00", "10", "2021", "3031", "40414243").stream()
        .map(entry -> MerkleTree.leaf(HexFormat.of().parseHex(entry)))
        .toList();

    assertThat(hex(MerkleTree.root(List.of())))
        .isEqualTo("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assertThat(hex(MerkleTree.root(leaves.subList(0, 1))))
        .isEqualTo("6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
    assertThat(hex(MerkleTree.root(leaves.subList(0, 2))))
        .isEqualTo("fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125");
    assertThat(hex(MerkleTree.root(leaves.subList(0, 3))))
        .isEqualTo("aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77");
    assertThat(hex(MerkleTree.root(leaves)))
        .isEqualTo("76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef");
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void everyLeafIsIncludedAtItsIndexOnly(int size) {
    for (int leaf = 0; leaf < size; leaf++) {
      List<byte[]> proof = MerkleTree.inclusionProof(LEAVES.subList(0, size), leaf);
      int at = leaf;

      assertThat(IntStream.rangeClosed(-1, size)
              .filter(index -> included(index, size, at, proof, ROOTS.get(size))))
          .containsExactly(leaf);
    }
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void noLeafIsIncludedInAnotherTree(int size) {
    for (int leaf = 0; leaf < size; leaf++) {
      List<byte[]> proof = MerkleTree.inclusionProof(LEAVES.subList(0, size), leaf);
      int at = leaf;

      assertThat(IntStream.of(size - 1, size, (size + 1) % (SIZES + 1))
              .filter(other -> included(at, size, at, proof, ROOTS.get(other))))
          .containsExactly(size);
      for (byte[] changed : List.of(flipped(ROOTS.get(size)), new byte[0], new byte[33])) {
        assertThat(included(leaf, size, leaf, proof, changed)).isFalse();
        assertThat(MerkleProof.includes(leaf, size, changed, proof, ROOTS.get(size)))
            .isFalse();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void inclusionNeedsItsProofAsItIs(int size) {
    for (int leaf = 0; leaf < size; leaf++) {
      int at = leaf;

      assertThat(almost(MerkleTree.inclusionProof(LEAVES.subList(0, size), leaf)).stream()
              .filter(changed -> included(at, size, at, changed, ROOTS.get(size))))
          .isEmpty();
    }
  }

  private static boolean included(
      long index, long size, int leaf, List<byte[]> proof, byte[] root) {
    return MerkleProof.includes(index, size, LEAVES.get(leaf), proof, root);
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void everyTreeIsTheBeginningOfEveryLaterOne(int newer) {
    for (int older = 1; older <= newer; older++) {
      List<byte[]> proof = MerkleTree.consistencyProof(LEAVES.subList(0, newer), older);

      assertThat(consistent(older, newer, proof)).isTrue();
      int from = older;
      assertThat(almost(proof).stream().filter(changed -> consistent(from, newer, changed)))
          .isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void treesOfOtherRootsAreNotConsistent(int newer) {
    for (int older = 1; older <= newer; older++) {
      List<byte[]> proof = MerkleTree.consistencyProof(LEAVES.subList(0, newer), older);
      byte[] from = ROOTS.get(older);
      byte[] to = ROOTS.get(newer);

      assertThat(MerkleProof.consistent(older, newer, flipped(from), to, proof)).isFalse();
      assertThat(MerkleProof.consistent(older, newer, from, flipped(to), proof)).isFalse();
      assertThat(MerkleProof.consistent(older, newer, to, from, proof)).isEqualTo(older == newer);
    }
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void wrongSizesOfTheOlderTreeAreRefused(int newer) {
    for (int older = 1; older <= newer; older++) {
      List<byte[]> proof = MerkleTree.consistencyProof(LEAVES.subList(0, newer), older);
      byte[] from = ROOTS.get(older);

      assertThat(IntStream.rangeClosed(-1, newer + 1)
              .filter(
                  claimed -> MerkleProof.consistent(claimed, newer, from, ROOTS.get(newer), proof)))
          .containsExactly(older);
    }
  }

  private static boolean consistent(int older, int newer, List<byte[]> proof) {
    return MerkleProof.consistent(older, newer, ROOTS.get(older), ROOTS.get(newer), proof);
  }

  /** Proofs that differ from one in a hash, or in how many there are, or in which order. */
  private static List<List<byte[]>> almost(List<byte[]> proof) {
    List<List<byte[]>> all = new ArrayList<>();
    for (int i = 0; i < proof.size(); i++) {
      List<byte[]> changed = new ArrayList<>(proof);
      changed.set(i, flipped(proof.get(i)));
      all.add(changed);
      List<byte[]> shorter = new ArrayList<>(proof);
      shorter.remove(i);
      all.add(shorter);
      List<byte[]> torn = new ArrayList<>(proof);
      torn.set(i, new byte[31]);
      all.add(torn);
    }
    for (int i = 0; i <= proof.size(); i++) {
      List<byte[]> longer = new ArrayList<>(proof);
      longer.add(i, ROOTS.get(1));
      all.add(longer);
    }
    if (proof.size() > 1) {
      List<byte[]> reversed = new ArrayList<>(proof);
      Collections.reverse(reversed);
      all.add(reversed);
    }
    return all;
  }

  private static byte[] flipped(byte[] hash) {
    byte[] changed = hash.clone();
    changed[changed.length - 1] ^= 1;
    return changed;
  }

  @Test
  void emptyTreeProvesNothing() {
    assertThat(MerkleProof.consistent(0, 0, ROOTS.get(0), ROOTS.get(0), List.of()))
        .isFalse();
    assertThat(MerkleProof.consistent(0, 5, ROOTS.get(0), ROOTS.get(5), List.of()))
        .isFalse();
    assertThat(MerkleProof.includes(0, 0, LEAVES.get(0), List.of(), ROOTS.get(0)))
        .isFalse();
    assertThatThrownBy(() -> MerkleTree.consistencyProof(LEAVES, 0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> MerkleTree.inclusionProof(List.of(), 0))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void leafIsNoNodeAndNodeNoLeaf() {
    byte[] both = new byte[2 * MerkleTree.HASH_BYTES];

    assertThat(MerkleTree.leaf(both))
        .isNotEqualTo(
            MerkleTree.node(new byte[MerkleTree.HASH_BYTES], new byte[MerkleTree.HASH_BYTES]));
  }

  @FuzzTest
  void anySizesAndHashesAreAnswered(FuzzedDataProvider data) {
    long a = data.consumeLong();
    long b = data.consumeLong();
    List<byte[]> proof = new ArrayList<>();
    int hashes = data.consumeInt(0, 70);
    for (int i = 0; i < hashes; i++) {
      proof.add(data.consumeBoolean() ? data.consumeBytes(40) : LEAVES.get(i % SIZES));
    }
    byte[] root = data.consumeBytes(32);

    boolean included = MerkleProof.includes(a, b, LEAVES.get(0), proof, root);
    boolean consistent = MerkleProof.consistent(a, b, LEAVES.get(0), root, proof);

    assertThat(included && (a < 0 || a >= b)).isFalse();
    assertThat(consistent && (a < 1 || b < a)).isFalse();
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }
}
