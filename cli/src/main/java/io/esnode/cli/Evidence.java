package io.esnode.cli;

import io.esnode.analyzer.OpenBundle;
import io.esnode.analyzer.VerifiedBundle;
import io.esnode.bundle.BundleException;
import io.esnode.bundle.BundleFile;
import io.esnode.signature.ExitCode;
import io.esnode.signature.TrustState;
import io.esnode.signature.Verdict;
import io.esnode.signature.Verifier;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The bundles a command was given, each opened once and verified through that descriptor. Whatever refuses one of them
 * refuses the command: an answer from part of the evidence would look like an answer from all of it.
 */
final class Evidence implements Closeable {
  private final List<VerifiedBundle> bundles = new ArrayList<>();

  private Evidence() {}

  /**
   * Opens and verifies.
   *
   * @param unsigned whether a bundle without a signature is read all the same
   * @throws CommandException naming the file and what to do, with the status that the worst of them leads to
   */
  static Evidence open(List<Path> files, Verifier verifier, boolean unsigned) throws IOException {
    Evidence evidence = new Evidence();
    try {
      for (Path file : files) {
        evidence.bundles.add(one(file, verifier, unsigned));
      }
      return evidence;
    } catch (IOException | RuntimeException e) {
      evidence.close();
      throw e;
    }
  }

  private static VerifiedBundle one(Path file, Verifier verifier, boolean unsigned)
      throws IOException {
    OpenBundle open = open(file);
    try {
      Verdict verdict = open.verify(verifier);
      if (verdict.trust() == TrustState.REFUSED || verdict.sha256() == null) {
        throw new CommandException(verdict.exit(), "REFUSED " + file + ": " + worst(verdict));
      }
      if (verdict.trust() == TrustState.UNSIGNED) {
        requireBundle(open); // "not a bundle" is more useful to hear than "not signed"
        if (!unsigned) {
          throw new CommandException(
              verdict.exit(),
              "UNSIGNED %s: %s; fetch FILE.sigstore.json as well, or accept it unsigned with --unsigned"
                  .formatted(file, worst(verdict)));
        }
      }
      requireBundle(open);
      return new VerifiedBundle(open, verdict);
    } catch (IOException | RuntimeException e) {
      open.close();
      throw e;
    }
  }

  private static OpenBundle open(Path file) {
    try {
      return OpenBundle.open(file);
    } catch (NoSuchFileException e) {
      throw new CommandException(
          ExitCode.EVIDENCE_MISSING, file + ": no such file, expected a bundle", e);
    } catch (BundleException e) {
      throw new CommandException(ExitCode.MALFORMED, String.valueOf(e.getMessage()), e);
    } catch (IOException e) {
      throw new CommandException(ExitCode.MALFORMED, String.valueOf(Reason.of(e)), e);
    }
  }

  private static void requireBundle(OpenBundle open) throws IOException {
    try {
      BundleFile.read(open.file().toString(), open.channel());
    } catch (BundleException e) {
      throw new CommandException(ExitCode.MALFORMED, String.valueOf(e.getMessage()), e);
    }
  }

  private static String worst(Verdict verdict) {
    return verdict
        .worst()
        .map(c -> c.reason().code() + " " + c.message())
        .orElse("it could not be verified");
  }

  List<VerifiedBundle> bundles() {
    return bundles;
  }

  /** Whether anything is to be read that nobody here vouches for. */
  boolean doubtful() {
    return bundles.stream().anyMatch(b -> b.verdict().trust() != TrustState.TRUSTED_SIGNER);
  }

  /** The status that trust alone leads to. */
  int exit() {
    int exit = ExitCode.OK;
    for (VerifiedBundle bundle : bundles) {
      exit = ExitCode.worst(exit, bundle.verdict().exit());
    }
    return exit;
  }

  /** The first lines of every answer: who stands behind each file. */
  List<String> stamps() {
    List<String> stamps = new ArrayList<>();
    for (VerifiedBundle bundle : bundles) {
      Verdict.SignerIdentity signer = bundle.verdict().signer();
      String who = signer == null
          ? ""
          : signer.label() == null
              ? " (key %s)"
                  .formatted(
                      signer.keyId().substring(0, Math.min(16, signer.keyId().length())))
              : " (%s)".formatted(signer.label());
      stamps.add(
          Text.oneLine(bundle.verdict().trust().words() + "  " + bundle.bundle().file() + who));
    }
    return stamps;
  }

  @Override
  public void close() throws IOException {
    for (VerifiedBundle bundle : bundles) {
      bundle.bundle().close();
    }
  }
}
