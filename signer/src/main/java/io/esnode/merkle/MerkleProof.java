package io.esnode.merkle;

import java.security.MessageDigest;
import java.util.List;

/**
 * Checks proofs about a log's tree (RFC 9162 sections 2.1.3.2 and 2.1.4.2, the same trees as RFC 6962). Any input is answered;
 * what is not proven is false. Sizes and indexes are below 2^63: a greater one, read as unsigned, is negative and proves nothing.
 */
public final class MerkleProof {
  /** As many levels as a tree of 2^63 leaves has. */
  private static final int MAX_HASHES = 63;

  private MerkleProof() {}

  /** Whether a leaf stands at this index of the tree of this size and root. */
  public static boolean includes(
      long index, long size, byte[] leaf, List<byte[]> proof, byte[] root) {
    if (index < 0 || index >= size || !isHash(leaf) || !isHash(root) || !areHashes(proof)) {
      return false;
    }
    long at = index;
    long last = size - 1;
    byte[] hash = leaf;
    for (byte[] beside : proof) {
      if (last == 0) {
        return false;
      }
      if (isRight(at) || at == last) {
        hash = MerkleTree.node(beside, hash);
        int levels = isRight(at) ? 0 : Long.numberOfTrailingZeros(at);
        at >>>= levels;
        last >>>= levels;
      } else {
        hash = MerkleTree.node(hash, beside);
      }
      at >>>= 1;
      last >>>= 1;
    }
    return last == 0 && MessageDigest.isEqual(hash, root);
  }

  /** Whether the older tree is the beginning of the newer. An empty older tree is the beginning of any: that proves nothing. */
  public static boolean consistent(
      long olderSize, long newerSize, byte[] olderRoot, byte[] newerRoot, List<byte[]> proof) {
    if (olderSize < 1 || newerSize < olderSize || !areHashes(proof)) {
      return false;
    }
    if (olderSize == newerSize) {
      return proof.isEmpty() && MessageDigest.isEqual(olderRoot, newerRoot);
    }
    if (proof.isEmpty()) {
      return false;
    }
    boolean known = Long.bitCount(olderSize) == 1;
    int whole = Long.numberOfTrailingZeros(olderSize);
    long at = (olderSize - 1) >>> whole;
    long last = (newerSize - 1) >>> whole;
    byte[] older = known ? olderRoot : proof.get(0);
    byte[] newer = older;
    for (byte[] beside : proof.subList(known ? 0 : 1, proof.size())) {
      if (last == 0) {
        return false;
      }
      if (isRight(at) || at == last) {
        older = MerkleTree.node(beside, older);
        newer = MerkleTree.node(beside, newer);
        int levels = isRight(at) ? 0 : Long.numberOfTrailingZeros(at);
        at >>>= levels;
        last >>>= levels;
      } else {
        newer = MerkleTree.node(newer, beside);
      }
      at >>>= 1;
      last >>>= 1;
    }
    return last == 0
        && MessageDigest.isEqual(older, olderRoot)
        && MessageDigest.isEqual(newer, newerRoot);
  }

  private static boolean isRight(long position) {
    return (position & 1) == 1;
  }

  private static boolean areHashes(List<byte[]> proof) {
    return proof.size() <= MAX_HASHES && proof.stream().allMatch(MerkleProof::isHash);
  }

  private static boolean isHash(byte[] bytes) {
    return bytes.length == MerkleTree.HASH_BYTES;
  }
}
