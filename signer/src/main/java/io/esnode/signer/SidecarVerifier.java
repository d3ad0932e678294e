package io.esnode.signer;

import io.esnode.signature.PredicateType;
import io.esnode.signature.ReasonCode;
import io.esnode.signature.SidecarListing;
import io.esnode.signature.Verdict;
import io.esnode.signature.Verifier;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/**
 * Verifies a file against its sidecar, offline and fail closed: what is not shown to hold is refused, whatever the file or
 * the sidecar holds. Memory does not grow with the file. Thread-safe.
 *
 * <p>Order: sidecar, media type, key, signature, and only then the statement: its type, predicate type, the file's digest,
 * row groups, manifest; at last whether the signer is trusted, at the time at which the signature is known to have existed.
 */
public final class SidecarVerifier implements Verifier {
  /** What a verdict says that nobody looked for: of a recording, its seals may tell more. */
  public static final String NO_WITNESS = "witness: not anchored";

  /** What a verdict says where no policy was asked. */
  public static final String NO_POLICY = "policy: none given";

  private final Rules rules;

  /**
   * @param predicateTypes what the statement may be; see {@link PredicateType}
   * @param now the time at which a signer must be valid where no trusted time is known
   */
  public SidecarVerifier(TrustedKeys trusted, Set<String> predicateTypes, Instant now) {
    this(new Rules(trusted, List.of(), Set.copyOf(predicateTypes), now, null, null));
  }

  private SidecarVerifier(Rules rules) {
    this.rules = rules;
  }

  /** The same that also takes certificates of these, as far as {@link #with(KeylessVerifier)} can check them. */
  public SidecarVerifier with(Collection<TrustedIdentity> identities) {
    return new SidecarVerifier(new Rules(
        rules.keys(),
        List.copyOf(identities),
        rules.predicateTypes(),
        rules.now(),
        rules.stamps(),
        rules.keyless()));
  }

  /** The same that also checks time stamps. */
  @SuppressWarnings("NullAway") // javac 17 drops the @Nullable of the record's components
  public SidecarVerifier with(StampVerifier stamps) {
    return new SidecarVerifier(new Rules(
        rules.keys(),
        rules.identities(),
        rules.predicateTypes(),
        rules.now(),
        stamps,
        rules.keyless()));
  }

  /** The same that also checks certificates and log entries. */
  @SuppressWarnings("NullAway") // javac 17 drops the @Nullable of the record's components
  public SidecarVerifier with(KeylessVerifier keyless) {
    return new SidecarVerifier(new Rules(
        rules.keys(),
        rules.identities(),
        rules.predicateTypes(),
        rules.now(),
        rules.stamps(),
        keyless));
  }

  /** Opens and verifies; a file that cannot be opened is a verdict too. */
  public Verdict verify(Path file) {
    return verify(file, new SidecarListing());
  }

  /**
   * The same for one of many files.
   *
   * @param sidecars so that no directory is read once per file
   */
  public Verdict verify(Path file, SidecarListing sidecars) {
    return new Examination(file, rules, sidecars).verdict(Examination::run);
  }

  /**
   * Verifies what is signed against a digest; the file need not be there.
   *
   * @param file where it would lie: its sidecar is looked for beside it
   * @param sha256 hex, of the file as somebody else saw it
   */
  public Verdict verifyDigest(Path file, String sha256, SidecarListing sidecars) {
    Examination examination = new Examination(file, rules, sidecars);
    examination.run(sha256);
    return examination.verdict();
  }

  /** Verifies some row groups of a recording; reads their bytes alone, and says nothing about the rest of the file. */
  public Verdict verifyRows(Path file, RowSelection rows, SidecarListing sidecars) {
    return new Examination(file, rules, sidecars)
        .verdict((examination, open) -> examination.run(open, rows));
  }

  @Override
  public Verdict verify(Path file, FileChannel open) {
    Examination examination = new Examination(file, rules, new SidecarListing());
    examination.run(open);
    return examination.verdict();
  }

  /**
   * Verifies a statement that stands by itself, whatever it is about: a line of a log, an attestation. The digest of its subject is
   * the caller's to compare.
   *
   * @param name for the verdict
   */
  @SuppressWarnings("NullAway") // javac 17 drops the @Nullable of Verdict's components
  public Verdict verifyStatement(String name, byte[] sidecar) {
    List<Verdict.Check> checks = new ArrayList<>();
    SignatureExamination examination = new SignatureExamination(rules, checks);
    try {
      examination.check(sidecar);
      examination.checkTrust();
    } catch (RuntimeException e) {
      // No input may end a verification with anything but a verdict.
      examination.fail(
          ReasonCode.SIDECAR_MALFORMED, "the statement cannot be understood: %s".formatted(e));
    }
    Verdict.SignerIdentity signer = examination.signer();
    return new Verdict(
        name,
        null,
        Examination.state(checks, examination),
        checks,
        examination.notPerformed(),
        signer,
        signer != null && examination.trusted() ? List.of(signer) : List.of(),
        examination.time(),
        examination.statement());
  }
}
