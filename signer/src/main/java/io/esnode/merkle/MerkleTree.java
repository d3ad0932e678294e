package io.esnode.merkle;

import io.esnode.bundle.Sha256;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Hashes and proofs of a log's tree (RFC 6962 section 2.1), from the hashes of its leaves. Hashes are SHA-256; arrays are shared,
 * not copied. {@link MerkleProof} checks what this makes.
 */
public final class MerkleTree {
  public static final int HASH_BYTES = 32;

  private static final byte LEAF = 0;
  private static final byte NODE = 1;

  private MerkleTree() {}

  /** SHA-256(0x00 || entry). */
  public static byte[] leaf(byte[] entry) {
    MessageDigest digest = Sha256.digest();
    digest.update(LEAF);
    return digest.digest(entry);
  }

  /** SHA-256(0x01 || left || right). */
  public static byte[] node(byte[] left, byte[] right) {
    MessageDigest digest = Sha256.digest();
    digest.update(NODE);
    digest.update(left);
    return digest.digest(right);
  }

  /** The tree's hash; that of the empty tree is SHA-256 of nothing. */
  public static byte[] root(List<byte[]> leaves) {
    return leaves.isEmpty() ? Sha256.digest().digest() : rootOf(leaves);
  }

  private static byte[] rootOf(List<byte[]> leaves) {
    if (leaves.size() == 1) {
      return leaves.get(0);
    }
    int split = split(leaves.size());
    return node(rootOf(leaves.subList(0, split)), rootOf(leaves.subList(split, leaves.size())));
  }

  /** The largest power of two less than a size of at least 2. */
  private static int split(int size) {
    return Integer.highestOneBit(size - 1);
  }

  /**
   * That a leaf is in the tree: the hashes beside its way to the root, from the leaf up.
   *
   * @param index of the leaf, from 0
   */
  public static List<byte[]> inclusionProof(List<byte[]> leaves, int index) {
    Objects.checkIndex(index, leaves.size());
    List<byte[]> proof = new ArrayList<>();
    include(leaves, index, proof);
    return proof;
  }

  private static void include(List<byte[]> leaves, int index, List<byte[]> proof) {
    if (leaves.size() == 1) {
      return;
    }
    int split = split(leaves.size());
    List<byte[]> left = leaves.subList(0, split);
    List<byte[]> right = leaves.subList(split, leaves.size());
    if (index < split) {
      include(left, index, proof);
      proof.add(rootOf(right));
    } else {
      include(right, index - split, proof);
      proof.add(rootOf(left));
    }
  }

  /**
   * That the tree of the first leaves is the beginning of this tree.
   *
   * @param size of the older tree, at least 1: the empty tree is the beginning of every tree
   */
  public static List<byte[]> consistencyProof(List<byte[]> leaves, int size) {
    if (size < 1 || size > leaves.size()) {
      throw new IllegalArgumentException(
          "size %d of a tree of %d leaves".formatted(size, leaves.size()));
    }
    List<byte[]> proof = new ArrayList<>();
    agree(leaves, size, true, proof);
    return proof;
  }

  /** @param whole whether these leaves begin where the tree begins, so that the verifier knows the older root */
  private static void agree(List<byte[]> leaves, int size, boolean whole, List<byte[]> proof) {
    if (size == leaves.size()) {
      if (!whole) {
        proof.add(rootOf(leaves));
      }
      return;
    }
    int split = split(leaves.size());
    List<byte[]> left = leaves.subList(0, split);
    List<byte[]> right = leaves.subList(split, leaves.size());
    if (size <= split) {
      agree(left, size, whole, proof);
      proof.add(rootOf(right));
    } else {
      agree(right, size - split, false, proof);
      proof.add(rootOf(left));
    }
  }
}
