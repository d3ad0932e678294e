package io.esnode.cli;

import io.esnode.bundle.Sha256;
import io.esnode.custody.CustodyLog;
import io.esnode.json.Json;
import io.esnode.json.JsonException;
import io.esnode.signature.ExitCode;
import io.esnode.signature.ReasonCode;
import io.esnode.signature.TrustState;
import io.esnode.signature.Verdict;
import io.esnode.signer.SidecarVerifier;
import io.esnode.signer.SignedLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What signed files say they were made from, followed by digest: from a report to its ledger, from there to the bundles. */
final class Inputs {
  static final String TITLE = "INPUTS";

  /** A day of bundles sealed every minute is 1440. */
  private static final int MAX = 10_000;

  private final List<Path> materials;
  private final SidecarVerifier verifier;
  private final Map<Path, Optional<String>> digests = new HashMap<>();

  private final List<Verdict.Check> checks = new ArrayList<>();
  private final List<String> notPerformed = new ArrayList<>();
  private final Set<String> seen = new HashSet<>();

  private Inputs(List<Path> materials, SidecarVerifier verifier) {
    this.materials = materials;
    this.verifier = verifier;
  }

  /**
   * Follows the inputs of a file whose signature holds; empty where it names none.
   *
   * @param materials directories in which every input must be; where none is named, those that lie beside the file are followed
   */
  static Optional<Section> of(
      Path file, Verdict verdict, List<Path> materials, SidecarVerifier verifier) {
    boolean holds = verdict.trust() == TrustState.TRUSTED_SIGNER
        || verdict.trust() == TrustState.SIGNER_UNKNOWN;
    if (!holds || named(verdict).isEmpty()) {
      return Optional.empty();
    }
    Inputs inputs = new Inputs(List.copyOf(materials), verifier);
    inputs.follow(file, verdict);
    return Optional.of(new Section(TITLE, verdict.name(), inputs.checks, inputs.notPerformed));
  }

  private static List<Provenance.Input> named(Verdict verdict) {
    List<Provenance.Input> named = new ArrayList<>();
    Json.Obj statement = verdict.statement();
    try {
      if (statement != null && statement.obj("predicate").has(Provenance.DEFINITION)) {
        for (Json.Obj dependency : statement
            .obj("predicate")
            .obj(Provenance.DEFINITION)
            .arr(Provenance.DEPENDENCIES)
            .objects()) {
          named.add(new Provenance.Input(
              dependency.text("name"), dependency.obj("digest").text("sha256")));
        }
      }
    } catch (JsonException e) {
      // Somebody else's provenance, in a form that names no files by SHA-256.
      return List.of();
    }
    return named;
  }

  private void follow(Path file, Verdict verdict) {
    for (Provenance.Input input : named(verdict)) {
      if (seen.size() < MAX && seen.add(input.sha256())) {
        one(file, input);
      }
    }
  }

  private void one(Path from, Provenance.Input input) {
    String name = "input %s".formatted(input.name());
    if (input.name().endsWith(CustodyLog.SUFFIX) && grown(from, input)) {
      checks.add(new Verdict.Check(
          ReasonCode.DIGEST_MISMATCH,
          true,
          "%s: began with the lines of which SHA-256 is the one named".formatted(name)));
      return;
    }
    Path found = find(from, input);
    if (found == null) {
      String message = "%s: found none with SHA-256 %s".formatted(name, input.sha256());
      if (materials.isEmpty()) {
        notPerformed.add(message + " beside the file; say where it is with --materials");
      } else {
        checks.add(new Verdict.Check(ReasonCode.ARTIFACT_MISSING, false, message));
      }
      return;
    }
    Verdict verdict = verifier.verify(found);
    if (verdict.sha256() == null || !verdict.sha256().equals(input.sha256())) {
      checks.add(new Verdict.Check(
          ReasonCode.DIGEST_MISMATCH, false, "%s: changed while it was read".formatted(name)));
      return;
    }
    boolean unsigned = verdict.trust() == TrustState.UNSIGNED;
    verdict
        .worst()
        .filter(check -> !unsigned)
        .ifPresentOrElse(
            check -> checks.add(new Verdict.Check(
                check.reason(), false, "%s: %s".formatted(name, check.message()))),
            () -> checks.add(new Verdict.Check(
                ReasonCode.DIGEST_MISMATCH,
                true,
                "%s: SHA-256 is the one named; %s"
                    .formatted(
                        name,
                        unsigned
                            ? "it has no signature of its own"
                            : verdict.trust().words()))));
    follow(found, verdict);
  }

  private List<Path> directories(Path from) {
    List<Path> directories = new ArrayList<>(materials);
    Path beside = from.toAbsolutePath().getParent();
    if (beside != null) {
      directories.add(beside);
    }
    return directories;
  }

  /** A log goes on after a report was made. */
  private boolean grown(Path from, Provenance.Input input) {
    for (Path directory : directories(from)) {
      Path log = named(directory, input.name());
      if (log != null && Files.isRegularFile(log) && beganAs(log, input.sha256())) {
        return true;
      }
    }
    return false;
  }

  private static boolean beganAs(Path log, String sha256) {
    try {
      return SignedLog.beganAs(log, sha256);
    } catch (IOException e) {
      // What cannot be read is not what is looked for.
      return false;
    }
  }

  private @Nullable Path find(Path from, Provenance.Input input) {
    for (Path directory : directories(from)) {
      Path named = named(directory, input.name());
      if (named != null && input.sha256().equals(digest(named))) {
        return named;
      }
    }
    for (Path directory : materials) {
      Path other = anyName(directory, input.sha256());
      if (other != null) {
        return other;
      }
    }
    return null;
  }

  /** A name from a statement leads nowhere but into the directory. */
  private static @Nullable Path named(Path directory, String name) {
    try {
      Path path = Path.of(name);
      return path.getNameCount() == 1
              && !path.isAbsolute()
              && !name.isEmpty()
              && !name.equals(".")
              && !name.equals("..")
          ? directory.resolve(path)
          : null;
    } catch (InvalidPathException e) {
      // A name that this file system does not know.
      return null;
    }
  }

  private @Nullable Path anyName(Path directory, String sha256) {
    try (Stream<Path> all = Files.list(directory)) {
      return all.limit(MAX)
          .filter(Files::isRegularFile)
          .sorted()
          .filter(path -> sha256.equals(digest(path)))
          .findFirst()
          .orElse(null);
    } catch (IOException e) {
      throw new CommandException(ExitCode.MALFORMED, "--materials: %s".formatted(Reason.of(e)), e);
    }
  }

  private @Nullable String digest(Path file) {
    return digests.computeIfAbsent(file, Inputs::computed).orElse(null);
  }

  private static Optional<String> computed(Path file) {
    try {
      return Files.isRegularFile(file) ? Optional.of(Sha256.hex(file)) : Optional.empty();
    } catch (IOException e) {
      // What cannot be read is not what is looked for.
      return Optional.empty();
    }
  }
}
