package io.esnode.cli;

import io.esnode.signature.ExitCode;
import io.esnode.signer.KeylessVerifier;
import io.esnode.signer.SidecarVerifier;
import io.esnode.signer.TrustedIdentity;
import io.esnode.signer.TrustedKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** By what certificates are judged, and who may stand in them: for one run, under cosign's names. */
final class KeylessOptions {
  @Option(
      names = "--trusted-root",
      paramLabel = "FILE",
      description =
          "Check certificates and log entries by this trusted_root.json; without it they are not accepted.")
  private @Nullable Path trustedRoot;

  @Option(
      names = "--certificate-identity",
      paramLabel = "SUBJECT",
      description = "Trust certificates of this e-mail address or workflow, for this run.")
  private @Nullable String identity;

  @Option(
      names = "--certificate-identity-regexp",
      paramLabel = "REGEXP",
      description = "The same for subjects that match from end to end.")
  private @Nullable String pattern;

  @Option(
      names = "--certificate-oidc-issuer",
      paramLabel = "URL",
      description = "Who must have told the authority who it is.")
  private @Nullable String issuer;

  /**
   * The same verifier that goes by these too.
   *
   * @param known identities of the trust directory; where one is given for this run, only what was revoked of them
   */
  SidecarVerifier extend(SidecarVerifier keys, List<TrustedIdentity> known) {
    List<TrustedIdentity> identities = new ArrayList<>(identities());
    known.stream()
        .filter(one -> identities().isEmpty() || one.revocation() != null)
        .forEach(identities::add);
    SidecarVerifier verifier = keys.with(identities);
    KeylessVerifier keyless = trustedRoot == null ? null : GivenTrustedRoot.read(trustedRoot);
    return keyless == null ? verifier : verifier.with(keyless);
  }

  /** For this run; empty where none was named. */
  List<TrustedIdentity> identities() {
    String subject = identity == null ? pattern : identity;
    if (subject == null && issuer == null) {
      return List.of();
    }
    if (subject == null || issuer == null || (identity != null && pattern != null)) {
      throw new CommandException(
          ExitCode.USAGE,
          "expected --certificate-oidc-issuer together with one of --certificate-identity and --certificate-identity-regexp");
    }
    if (pattern != null) {
      try {
        Pattern.compile(pattern);
      } catch (PatternSyntaxException e) {
        throw new CommandException(
            ExitCode.USAGE, "--certificate-identity-regexp: %s".formatted(e.getDescription()), e);
      }
    }
    return List.of(new TrustedIdentity(
        TrustedKey.fittingLabel(subject), issuer, subject, pattern != null, null, null, null));
  }

  /** The same options, for a child process that verifies again. */
  List<String> arguments() {
    List<String> arguments = new ArrayList<>();
    add(arguments, "--trusted-root", trustedRoot == null ? null : trustedRoot.toString());
    add(arguments, "--certificate-identity", identity);
    add(arguments, "--certificate-identity-regexp", pattern);
    add(arguments, "--certificate-oidc-issuer", issuer);
    return arguments;
  }

  private static void add(List<String> arguments, String name, @Nullable String value) {
    if (value != null) {
      arguments.add(name);
      arguments.add(value);
    }
  }

  /** At most a MiB; what it says is looked at by whoever needs it. */
  static byte[] bytes(Path file) {
    try {
      if (Files.size(file) > 1 << 20) {
        throw new CommandException(
            ExitCode.MALFORMED, file + ": more than 1 MiB, expected a trusted_root.json");
      }
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new CommandException(ExitCode.MALFORMED, String.valueOf(Reason.of(e)), e);
    }
  }
}
