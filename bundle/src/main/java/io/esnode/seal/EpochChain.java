package io.esnode.seal;

import java.io.IOException;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Makes the seals of one recording, one after the other. Only the key of the epoch that runs is known at any time. Not
 * thread-safe.
 */
public final class EpochChain {
  private final EpochSeal genesis;
  private EpochKey key;
  private long epoch;
  private boolean ended;

  /** The node's own key. */
  public interface NodeKey {
    /** DER SubjectPublicKeyInfo. */
    byte[] spki();

    /** DER signature, ECDSA P-256 over SHA-256 of a message that begins with {@link EpochSeal#DOMAIN}. */
    byte[] sign(byte[] message) throws IOException;
  }

  private EpochChain(EpochSeal genesis, EpochKey first) {
    this.genesis = genesis;
    this.key = first;
    this.epoch = 1;
  }

  /**
   * Begins: the node's key vouches for the first epoch's.
   *
   * @param previousBundle SHA-256, null where the recording begins a stream
   */
  public static EpochChain begin(
      String recordingId,
      long tsMicros,
      long monoNanos,
      @Nullable String previousBundle,
      NodeKey node)
      throws IOException {
    EpochKey first = EpochKey.generate();
    EpochSeal genesis = new EpochSeal(
        recordingId,
        0,
        EpochSeal.Reason.GENESIS,
        tsMicros,
        monoNanos,
        null,
        null,
        previousBundle,
        Base64.getEncoder().encodeToString(node.spki()),
        first.sha256(),
        "");
    return new EpochChain(genesis.signed(node.sign(genesis.signed())), first);
  }

  public EpochSeal genesis() {
    return genesis;
  }

  /** Whether no epoch follows. */
  public boolean ended() {
    return ended;
  }

  /**
   * Ends the epoch; when this returns, its key is gone.
   *
   * @param headSha256 of the first so many bytes of that segment
   */
  public EpochSeal seal(
      EpochSeal.Reason reason,
      long tsMicros,
      long monoNanos,
      long segment,
      long offsetBytes,
      String headSha256) {
    if (ended) {
      throw new IllegalStateException("the last epoch is sealed");
    }
    boolean last = reason == EpochSeal.Reason.END;
    EpochKey own = key;
    EpochKey next = last ? own : EpochKey.generate();
    EpochSeal seal = own.signOnce(new EpochSeal(
        genesis.recordingId(),
        epoch,
        reason,
        tsMicros,
        monoNanos,
        segment,
        offsetBytes,
        headSha256,
        own.base64(),
        last ? null : next.sha256(),
        ""));
    key = next;
    epoch++;
    ended = last;
    return seal;
  }
}
