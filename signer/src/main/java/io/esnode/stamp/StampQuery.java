package io.esnode.stamp;

import io.esnode.bundle.Sha256;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.util.Optional;
import org.bouncycastle.tsp.TSPAlgorithms;
import org.bouncycastle.tsp.TimeStampRequestGenerator;

/** A question to a time stamping authority ({@code TimeStampReq}, RFC 3161 section 2.4.1) about one signature. Immutable. */
public final class StampQuery {
  private final byte[] signature;
  private final BigInteger nonce;

  /**
   * @param signature the bytes to be stamped, as they stand in the sidecar, decoded; the authority sees their SHA-256
   * @param nonce unpredictable, so that an old answer cannot be given again
   */
  public StampQuery(byte[] signature, BigInteger nonce) {
    this.signature = signature.clone();
    this.nonce = nonce;
  }

  /** DER; asks for the authority's certificate too. */
  public byte[] toBytes() {
    TimeStampRequestGenerator generator = new TimeStampRequestGenerator();
    generator.setCertReq(true);
    try {
      return generator
          .generate(TSPAlgorithms.SHA256, Sha256.digest().digest(signature), nonce)
          .getEncoded();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * That an answer is one to this question. Whether it holds is for {@link TsaVerifier}.
   *
   * @throws StampException if it is not, or if the authority refused
   */
  public void checkAnsweredBy(byte[] response) throws StampException {
    try {
      Stamp stamp = Stamp.parse(response);
      if (!stamp.nonce().equals(Optional.of(nonce))) {
        throw new StampException("found nonce %s, expected %s; it is the answer to another question"
            .formatted(
                stamp.nonce().map(found -> found.toString(16)).orElse("none"), nonce.toString(16)));
      }
    } catch (RuntimeException | StackOverflowError e) {
      throw new StampException("cannot be understood", e);
    }
  }
}
