package io.esnode.cli;

import io.esnode.keyless.SigstoreVerifier;
import io.esnode.signature.ReasonCode;
import io.esnode.signature.Verdict;
import io.esnode.signer.Judgement;
import io.esnode.signer.KeylessVerifier;
import io.esnode.signer.VerifyingKey;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A trusted root that is not understood before a certificate or a log entry needs it: Sigstore's classes take most of a second,
 * and files signed with keys do not need them. Not thread-safe.
 */
final class GivenTrustedRoot implements KeylessVerifier {
  private final String name;
  private final byte[] json;
  private @Nullable KeylessVerifier verifier;

  private GivenTrustedRoot(String name, byte[] json) {
    this.name = name;
    this.json = json;
  }

  /** The public instance's, for its conformance suite. */
  static GivenTrustedRoot publicGood() {
    return new GivenTrustedRoot("packaged root", Sigstore.publicGood());
  }

  /** @throws CommandException if it cannot be read */
  static GivenTrustedRoot read(Path file) {
    return new GivenTrustedRoot(file.toString(), KeylessOptions.bytes(file));
  }

  @Override
  public Judgement certificate(byte[] sidecar) {
    return understood(verifier -> verifier.certificate(sidecar));
  }

  @Override
  public Judgement logEntries(byte[] sidecar, VerifyingKey key) {
    return understood(verifier -> verifier.logEntries(sidecar, key));
  }

  @SuppressWarnings("NullAway") // javac 17 drops the @Nullable of the record's components
  private Judgement understood(Function<KeylessVerifier, Judgement> question) {
    try {
      KeylessVerifier known = verifier == null ? Sigstore.understand(json) : verifier;
      verifier = known;
      return question.apply(known);
    } catch (IOException e) {
      return new Judgement(
          List.of(new Verdict.Check(
              ReasonCode.TRUST_ROOT_MISSING, false, "%s: %s".formatted(name, e.getMessage()))),
          List.of(),
          null,
          null);
    }
  }

  /** What loads the classes. */
  private static final class Sigstore {
    static KeylessVerifier understand(byte[] json) throws IOException {
      return new SigstoreVerifier(json);
    }

    static byte[] publicGood() {
      return SigstoreVerifier.publicGoodRoot();
    }
  }
}
