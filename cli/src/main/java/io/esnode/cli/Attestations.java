package io.esnode.cli;

import io.esnode.json.Json;
import io.esnode.json.JsonException;
import io.esnode.json.JsonReader;
import io.esnode.signature.ExitCode;
import io.esnode.signature.ReasonCode;
import io.esnode.signature.SidecarFile;
import io.esnode.signature.Verdict;
import io.esnode.signer.Sidecar;
import io.esnode.signer.SidecarException;
import io.esnode.signer.SidecarVerifier;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Statements of other types beside a file: they say something about it, and count for nothing else. */
final class Attestations {
  static final String TITLE = "ATTESTATIONS";

  private static final int MAX = 64;
  private static final int MAX_BYTES = 4 << 20;

  private Attestations() {}

  /**
   * Verifies them; empty where there are none.
   *
   * @param verifier of statements of a type
   */
  static Optional<Section> of(
      Path file, Verdict verdict, Function<String, SidecarVerifier> verifier) {
    List<Verdict.Check> checks = new ArrayList<>();
    List<String> notPerformed = new ArrayList<>();
    try {
      for (Path sidecar : beside(file)) {
        one(sidecar, verdict, verifier, checks, notPerformed);
      }
    } catch (IOException e) {
      checks.add(new Verdict.Check(
          ReasonCode.UNREADABLE, false, "attestations: %s".formatted(Reason.of(e))));
    }
    return checks.isEmpty() && notPerformed.isEmpty()
        ? Optional.empty()
        : Optional.of(new Section(TITLE, verdict.name(), checks, notPerformed));
  }

  private static List<Path> beside(Path file) throws IOException {
    Path directory = file.toAbsolutePath().getParent();
    String name = String.valueOf(file.getFileName());
    if (directory == null || !Files.isReadable(directory)) {
      return List.of();
    }
    try (Stream<Path> all = Files.list(directory)) {
      return all.filter(path -> SidecarFile.isAttestation(name, String.valueOf(path.getFileName())))
          .sorted()
          .limit(MAX)
          .toList();
    }
  }

  private static void one(
      Path sidecar,
      Verdict file,
      Function<String, SidecarVerifier> verifier,
      List<Verdict.Check> checks,
      List<String> notPerformed)
      throws IOException {
    String name = String.valueOf(sidecar.getFileName());
    byte[] bytes;
    try (InputStream in = Files.newInputStream(sidecar)) {
      bytes = in.readNBytes(MAX_BYTES + 1);
    }
    String type = claimedType(bytes);
    Verdict verdict = verifier.apply(type).verifyStatement(name, bytes);
    for (Verdict.Check check : verdict.checks()) {
      if (!check.passed() && check.reason().exit() == ExitCode.UNTRUSTED) {
        notPerformed.add("%s: does not count: %s".formatted(name, check.message()));
        return;
      }
      if (!check.passed()) {
        checks.add(
            new Verdict.Check(check.reason(), false, "%s: %s".formatted(name, check.message())));
        return;
      }
    }
    boolean about = file.sha256() != null && isAbout(verdict.statement(), file.sha256());
    Verdict.SignerIdentity signer = verdict.signer();
    checks.add(new Verdict.Check(
        about ? ReasonCode.SIGNATURE_VALID : ReasonCode.DIGEST_MISMATCH,
        about,
        about
            ? "%s: %s by %s".formatted(name, type, signer == null ? "nobody" : signer.label())
            : "%s: is about another file".formatted(name)));
  }

  /** Nothing of it is checked yet; a type that does not hold is found by the verifier. */
  private static String claimedType(byte[] sidecar) {
    try {
      return JsonReader.object(Sidecar.parse(sidecar).payload().orElse(new byte[0]))
          .text("predicateType");
    } catch (SidecarException | JsonException e) {
      // The verifier says what is wrong with it.
      return "";
    }
  }

  private static boolean isAbout(Json.@Nullable Obj statement, String sha256) {
    try {
      if (statement != null) {
        for (Json.Obj subject : statement.arr("subject").objects()) {
          if (subject.obj("digest").text("sha256").equals(sha256)) {
            return true;
          }
        }
      }
    } catch (JsonException e) {
      // A subject without SHA-256 is not about this file.
      return false;
    }
    return false;
  }
}
