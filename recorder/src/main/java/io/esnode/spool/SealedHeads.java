package io.esnode.spool;

import io.esnode.bundle.Sha256;
import io.esnode.seal.EpochSeal;
import java.security.MessageDigest;
import java.util.HexFormat;

/** Whether the heads in the seals are those of the bytes that are there. Reads every byte once. Not thread-safe. */
final class SealedHeads {
  private byte[] bytes = {};
  private long number = -1;
  private MessageDigest digest = Sha256.digest();
  private int digested;
  private boolean told;

  /** What the bytes say about a head. */
  enum Head {
    HOLDS,
    DIFFERS,
    /** Its bytes are not here: the disk refused the seal, and took it in a later segment. */
    ELSEWHERE
  }

  /** The segment that is read from here on. */
  void segment(long segment, byte[] all) {
    number = segment;
    bytes = all;
    digest = Sha256.digest();
    digested = 0;
    told = false;
  }

  /** The segment that is read. */
  long segment() {
    return number;
  }

  /** Whether nobody was told yet that this segment differs: after one seal that does, so do all. */
  boolean isFirst() {
    boolean first = !told;
    told = true;
    return first;
  }

  /** @param at where the seal stands; it cannot cover what comes after it */
  Head of(EpochSeal seal, int at) {
    Long segment = seal.segment();
    Long offset = seal.offsetBytes();
    if (segment == null || offset == null || segment != number) {
      return Head.ELSEWHERE;
    }
    if (offset > at) {
      return Head.DIFFERS;
    }
    return sha256((int) (long) offset).equals(seal.headSha256()) ? Head.HOLDS : Head.DIFFERS;
  }

  private String sha256(int length) {
    if (length < digested) {
      digest = Sha256.digest();
      digested = 0;
    }
    digest.update(bytes, digested, length - digested);
    digested = length;
    try {
      return HexFormat.of().formatHex(((MessageDigest) digest.clone()).digest());
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException("SHA-256 of the JDK can be cloned", e);
    }
  }
}
