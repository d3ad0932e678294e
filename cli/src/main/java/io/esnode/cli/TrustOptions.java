package io.esnode.cli;

import io.esnode.signature.ExitCode;
import io.esnode.signer.KeyFileException;
import io.esnode.signer.SidecarVerifier;
import io.esnode.signer.TrustDirectory;
import io.esnode.signer.TrustException;
import io.esnode.signer.Trusted;
import io.esnode.signer.TrustedAuthority;
import io.esnode.signer.TrustedIdentity;
import io.esnode.signer.TrustedKey;
import io.esnode.signer.TrustedKeys;
import io.esnode.signer.VerifyingKey;
import io.esnode.stamp.TsaVerifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Whom a command trusts: what {@code --key} and {@code --trust} give, or, where neither is given, this machine's trust
 * directory and its own key. A key that this machine has revoked stays revoked however it is given.
 */
final class TrustOptions {
  @Option(
      names = "--key",
      paramLabel = "PUB.pem",
      description =
          "Trust this public key for this run; may be repeated. It is not added to the trust directory.")
  private List<Path> keys = new ArrayList<>();

  @Option(
      names = "--trust",
      paramLabel = "DIR",
      description = "Trust directory to use instead of the one in $ESNODE_HOME.")
  private @Nullable Path directory;

  @Mixin
  private TsaOptions tsas = new TsaOptions();

  @Mixin
  private KeylessOptions keyless = new KeylessOptions();

  /** A verifier that goes by these. */
  SidecarVerifier verifier(Home home, Set<String> predicateTypes, Instant now) {
    SidecarVerifier verifier =
        keyless.extend(new SidecarVerifier(load(home, now), predicateTypes, now), identities(home));
    List<TrustedAuthority> trusted = tsas.with(authorities(home));
    return trusted.isEmpty() ? verifier : verifier.with(new TsaVerifier(trusted, now));
  }

  /** Whom certificates may name: those of the directory in use, and of this machine's what it revoked. */
  List<TrustedIdentity> identities(Home home) {
    return entries(home, TrustDirectory::identities);
  }

  /** Whose time stamps count, chosen as {@link #identities} are. */
  List<TrustedAuthority> authorities(Home home) {
    return entries(home, TrustDirectory::authorities);
  }

  private interface Listing<T> {
    List<T> of(TrustDirectory directory) throws TrustException;
  }

  private <T extends Trusted> List<T> entries(Home home, Listing<T> listing) {
    try {
      List<T> machine = listing.of(new TrustDirectory(home.trust()));
      if (keys.isEmpty() && directory == null) {
        return machine;
      }
      Map<String, T> given = new LinkedHashMap<>();
      if (directory != null) {
        listing.of(new TrustDirectory(directory)).forEach(entry -> given.put(entry.id(), entry));
      }
      machine.stream()
          .filter(entry -> entry.revocation() != null)
          .forEach(entry -> given.put(entry.id(), entry));
      return List.copyOf(given.values());
    } catch (TrustException e) {
      throw new CommandException(e.exit(), String.valueOf(e.getMessage()), e);
    }
  }

  TrustedKeys load(Home home, Instant now) {
    try {
      List<TrustedKey> machine = new TrustDirectory(home.trust()).list();
      if (keys.isEmpty() && directory == null) {
        List<TrustedKey> defaults = new ArrayList<>(machine);
        if (Files.exists(home.nodePublicKey())) {
          defaults.add(
              TrustedKey.pinned("this node", VerifyingKey.load(home.nodePublicKey()), now));
        }
        return TrustedKeys.of(defaults);
      }
      return TrustedKeys.of(given(now)).withRevocationsOf(machine);
    } catch (TrustException e) {
      throw new CommandException(e.exit(), String.valueOf(e.getMessage()), e);
    } catch (KeyFileException e) {
      throw new CommandException(ExitCode.MALFORMED, String.valueOf(e.getMessage()), e);
    } catch (IOException e) {
      throw new CommandException(ExitCode.MALFORMED, String.valueOf(Reason.of(e)), e);
    }
  }

  /** The same options, for a child process that verifies again. */
  List<String> arguments() {
    List<String> arguments = new ArrayList<>();
    keys.forEach(key -> arguments.addAll(List.of("--key", key.toString())));
    if (directory != null) {
      arguments.addAll(List.of("--trust", directory.toString()));
    }
    arguments.addAll(tsas.arguments());
    arguments.addAll(keyless.arguments());
    return arguments;
  }

  private List<TrustedKey> given(Instant now) throws IOException {
    List<TrustedKey> given = new ArrayList<>();
    if (directory != null) {
      if (!Files.isDirectory(directory)) {
        throw new CommandException(
            ExitCode.MALFORMED, directory + ": no such directory, expected a trust directory");
      }
      given.addAll(new TrustDirectory(directory).list());
    }
    for (Path key : keys) {
      given.add(TrustedKey.pinned(String.valueOf(key.getFileName()), VerifyingKey.load(key), now));
    }
    return given;
  }
}
