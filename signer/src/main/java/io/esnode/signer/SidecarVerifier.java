package io.esnode.signer;

import io.esnode.signature.PredicateType;
import io.esnode.signature.Verdict;
import io.esnode.signature.Verifier;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Set;

/**
 * Verifies a file against its sidecar, offline and fail closed: what is not shown to hold is refused, whatever the file or
 * the sidecar holds. Memory does not grow with the file. Thread-safe.
 *
 * <p>Order: sidecar, media type, key, signature, and only then the statement: its type, predicate type, the file's digest,
 * row groups, manifest; at last whether the key is trusted at the given time.
 */
public final class SidecarVerifier implements Verifier {
  /** What a verdict says that nobody looked for: of a recording, its seals may tell more. */
  public static final String NO_WITNESS = "witness: not anchored";

  private final TrustedKeys trusted;
  private final Set<String> predicateTypes;
  private final Instant now;

  /**
   * @param predicateTypes what the statement may be; see {@link PredicateType}
   * @param now the time at which keys must be valid; no signature carries a trusted time of its own yet
   */
  public SidecarVerifier(TrustedKeys trusted, Set<String> predicateTypes, Instant now) {
    this.trusted = trusted;
    this.predicateTypes = Set.copyOf(predicateTypes);
    this.now = now;
  }

  /** Opens and verifies; a file that cannot be opened is a verdict too. */
  public Verdict verify(Path file) {
    Examination examination = new Examination(file, trusted, predicateTypes, now);
    if (examination.canBeOpened()) {
      try (FileChannel open = FileChannel.open(file, StandardOpenOption.READ)) {
        return verify(file, open);
      } catch (IOException e) {
        examination.unreadable(e);
      }
    }
    return examination.verdict();
  }

  @Override
  public Verdict verify(Path file, FileChannel open) {
    Examination examination = new Examination(file, trusted, predicateTypes, now);
    examination.run(open);
    return examination.verdict();
  }
}
