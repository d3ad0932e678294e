package io.esnode.spool;

import io.esnode.seal.EpochChain;
import io.esnode.seal.EpochSeal;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Real seals, at moments that a test chooses; remembers what it sealed, and what it was told is durable. */
public final class ScriptedSeals implements SpoolSeals {
  private final EpochChain chain;
  private final AtomicInteger asked = new AtomicInteger();
  private final List<EpochSeal> sealed = new CopyOnWriteArrayList<>();
  private final List<EpochSeal> told = new CopyOnWriteArrayList<>();
  private final CountDownLatch first = new CountDownLatch(1);
  private final CountDownLatch durable = new CountDownLatch(1);
  private long mono = Spools.START_MONO;

  private ScriptedSeals(EpochChain chain) {
    this.chain = chain;
  }

  public static ScriptedSeals begin(String recordingId) throws IOException {
    return new ScriptedSeals(
        EpochChain.begin(recordingId, Spools.START_US, Spools.START_MONO, null, new MemoryKey()));
  }

  public EpochSeal genesis() {
    return chain.genesis();
  }

  /** The next time somebody asks, one more seal is due. */
  public void ask() {
    asked.incrementAndGet();
  }

  public List<EpochSeal> sealed() {
    return sealed;
  }

  public List<EpochSeal> told() {
    return told;
  }

  /** Until the first seal is signed. */
  void awaitSealed() {
    await(first);
  }

  /** Until the first seal is durable. */
  void awaitTold() {
    await(durable);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public boolean due() {
    return asked.getAndUpdate(n -> Math.max(n - 1, 0)) > 0;
  }

  @Override
  public @Nullable EpochSeal seal(
      EpochSeal.Reason reason, long segment, long offsetBytes, String headSha256) {
    if (chain.ended()) {
      return null;
    }
    mono++;
    EpochSeal seal = chain.seal(reason, Spools.START_US, mono, segment, offsetBytes, headSha256);
    sealed.add(seal);
    first.countDown();
    return seal;
  }

  @Override
  public void durable(EpochSeal seal) {
    told.add(seal);
    durable.countDown();
  }

  /** A node's key that lies on no disk. */
  private static final class MemoryKey implements EpochChain.NodeKey {
    private final KeyPair pair;

    MemoryKey() throws IOException {
      try {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(256);
        pair = generator.generateKeyPair();
      } catch (GeneralSecurityException e) {
        throw new IOException(e);
      }
    }

    @Override
    public byte[] spki() {
      return pair.getPublic().getEncoded();
    }

    @Override
    public byte[] sign(byte[] message) throws IOException {
      try {
        Signature ecdsa = Signature.getInstance("SHA256withECDSA");
        ecdsa.initSign(pair.getPrivate());
        ecdsa.update(message);
        return ecdsa.sign();
      } catch (GeneralSecurityException e) {
        throw new IOException(e);
      }
    }
  }
}
