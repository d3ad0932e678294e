package io.esnode.signature;

import io.esnode.json.Json;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What verifying one file gave. Immutable, thread-safe.
 *
 * @param name the file's name as the user gave it
 * @param sha256 hex digest of the whole file, null where it could not be read
 * @param trust who stands behind it
 * @param checks every check performed, in order; the worst decides the exit status
 * @param notPerformed checks that were not performed, each with the reason
 * @param signer who made the signature beside the file, null unless it holds
 * @param trusted everybody trusted here who signed this file as what it is: the signer, and those of further sidecars
 * @param time at which the signature existed, by somebody trusted here, null where nobody says
 * @param statement the signed in-toto Statement, null unless its signature holds
 */
public record Verdict(
    String name,
    @Nullable String sha256,
    TrustState trust,
    List<Check> checks,
    List<String> notPerformed,
    @Nullable SignerIdentity signer,
    List<SignerIdentity> trusted,
    @Nullable TrustedTime time,
    Json.@Nullable Obj statement) {
  public Verdict {
    checks = List.copyOf(checks);
    notPerformed = List.copyOf(notPerformed);
    trusted = List.copyOf(trusted);
  }

  /**
   * One check and what came of it.
   *
   * @param passed whether it holds
   * @param message one line: what was checked, and where it failed what was found, what was expected and what to do
   */
  public record Check(ReasonCode reason, boolean passed, String message) {}

  /**
   * Who signed.
   *
   * @param keyId hex SHA-256 of the SubjectPublicKeyInfo
   * @param label the name under which the key or the identity is known here, null where it is not
   * @param identity whom a certificate names, null where the key stands for itself
   */
  public record SignerIdentity(
      String keyId, @Nullable String label, @Nullable Identity identity) {}

  /**
   * Whom a certificate authority names.
   *
   * @param issuer who told the authority (OpenID Connect issuer)
   * @param subject subject alternative name of the certificate: an e-mail address, a workflow
   */
  public record Identity(String issuer, String subject) {
    /** Text from a certificate: quoted, ASCII. */
    @Override
    public String toString() {
      return Json.of(subject).ascii() + " by " + Json.of(issuer).ascii();
    }
  }

  /** The same where somebody else performs that check. */
  public Verdict performed(String check) {
    return with(notPerformed.stream().filter(line -> !line.equals(check)).toList());
  }

  /** The same where one more check was not performed. */
  public Verdict skipped(String check) {
    return with(Stream.concat(notPerformed.stream(), Stream.of(check)).toList());
  }

  private Verdict with(List<String> skipped) {
    return new Verdict(name, sha256, trust, checks, skipped, signer, trusted, time, statement);
  }

  /** The failed check that decides the exit status, if any failed. */
  public Optional<Check> worst() {
    return checks.stream()
        .filter(c -> !c.passed())
        .reduce((a, b) ->
            ExitCode.worst(a.reason().exit(), b.reason().exit()) == a.reason().exit() ? a : b);
  }

  public int exit() {
    return worst().map(c -> c.reason().exit()).orElse(ExitCode.OK);
  }
}
