package io.esnode.cli;

import io.esnode.bundle.Sha256;
import io.esnode.json.Json;
import io.esnode.json.JsonException;
import io.esnode.policy.Baseline;
import io.esnode.policy.Policy;
import io.esnode.policy.PolicyJudge;
import io.esnode.signature.ReasonCode;
import io.esnode.signature.SidecarFile;
import io.esnode.signature.Verdict;
import io.esnode.signer.SidecarVerifier;
import io.esnode.yaml.YamlException;
import io.esnode.yaml.YamlReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A policy as it lies on disk, and who stands behind it. Whatever is wrong with it ends the command before a file is read.
 *
 * @param signedBy key id; null where it is not signed
 */
record PolicyFile(
    Path path, String sha256, @Nullable String signedBy, Policy policy, PolicyJudge judge) {
  /** A verdict on 100 000 files. */
  private static final int MAX_BASELINE = 256 << 20;

  /**
   * Reads.
   *
   * @param verifier trusts whoever may sign policies
   * @param now against which ages and exceptions are measured
   */
  static PolicyFile read(PolicyOptions options, Path path, SidecarVerifier verifier, Instant now) {
    byte[] bytes = bytes(path, YamlReader.MAX_BYTES, ReasonCode.POLICY_MALFORMED);
    String sha256 = Sha256.hex(bytes);
    String pinned = options.digest();
    if (pinned != null && !pinned.equals(sha256)) {
      throw failed(
          ReasonCode.POLICY_UNTRUSTED,
          "%s: found SHA-256 %s, expected %s as --policy-digest says; get the policy again"
              .formatted(path, sha256, pinned));
    }
    String signedBy = signer(options, path, sha256, verifier);
    try {
      Policy policy = Policy.parse(path.toString(), bytes);
      return new PolicyFile(
          path, sha256, signedBy, policy, new PolicyJudge(policy, baseline(path, policy), now));
    } catch (YamlException e) {
      throw failed(ReasonCode.POLICY_MALFORMED, String.valueOf(e.getMessage()));
    }
  }

  private static @Nullable String signer(
      PolicyOptions options, Path path, String sha256, SidecarVerifier verifier) {
    try {
      if (SidecarFile.all(path).isEmpty()) {
        if (options.requireSigned()) {
          throw failed(
              ReasonCode.POLICY_UNTRUSTED,
              "%s: found no %s, expected one as --require-signed-policy says; have it signed"
                  .formatted(path, SidecarFile.of(path).getFileName()));
        }
        return null;
      }
    } catch (IOException e) {
      throw failed(ReasonCode.POLICY_UNTRUSTED, "%s: %s".formatted(path, Reason.of(e)));
    }
    Verdict verdict = verifier.verify(path);
    if (verdict.worst().isPresent()) {
      Verdict.Check worst = verdict.worst().get();
      throw failed(
          ReasonCode.POLICY_UNTRUSTED,
          "%s: found %s %s, expected a signature of somebody trusted here"
              .formatted(path, worst.reason().code(), worst.message()));
    }
    if (!sha256.equals(verdict.sha256()) || verdict.trusted().isEmpty()) {
      throw failed(
          ReasonCode.POLICY_UNTRUSTED,
          "%s: found a file that changed while it was read, expected one that stays; run again"
              .formatted(path));
    }
    return verdict.trusted().get(0).keyId();
  }

  private static @Nullable Baseline baseline(Path path, Policy policy) {
    Policy.BaselineFile named = policy.baseline();
    if (named == null) {
      return null;
    }
    Path file = path.resolveSibling(named.path());
    byte[] bytes = bytes(file, MAX_BASELINE, ReasonCode.POLICY_MALFORMED);
    if (named.sha256() != null && !named.sha256().equals(Sha256.hex(bytes))) {
      throw failed(
          ReasonCode.POLICY_UNTRUSTED,
          "%s: found SHA-256 %s, expected %s as the policy says; get the baseline again"
              .formatted(file, Sha256.hex(bytes), named.sha256()));
    }
    try {
      return Baseline.parse(bytes);
    } catch (JsonException e) {
      throw failed(
          ReasonCode.POLICY_MALFORMED,
          "%s: no verdict of 'esnode verify --format json': %s".formatted(file, e.getMessage()));
    }
  }

  private static byte[] bytes(Path file, int most, ReasonCode reason) {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(most + 1);
      if (bytes.length > most) {
        throw failed(reason, "%s: has more than the %d bytes that are read".formatted(file, most));
      }
      return bytes;
    } catch (NoSuchFileException e) {
      throw failed(reason, "%s: not there; check the path".formatted(file));
    } catch (IOException e) {
      throw failed(reason, "%s: cannot be read: %s".formatted(file, Reason.of(e)));
    }
  }

  private static CommandException failed(ReasonCode reason, String message) {
    return new CommandException(reason.exit(), "%s %s".formatted(reason.code(), message));
  }

  /** For people, in one line. */
  String words() {
    return "%s (%s), SHA-256 %s, %s, %s"
        .formatted(
            path,
            policy.name(),
            sha256,
            signedBy == null ? "not signed" : "signed by " + signedBy,
            policy.enforce() ? "enforced" : "WARNS ONLY");
  }

  Json.Obj toJson() {
    return Json.object()
        .put("file", path.toString())
        .put("name", policy.name())
        .put("sha256", sha256)
        .put("signed_by", signedBy)
        .put("mode", policy.enforce() ? "enforce" : "warn")
        .build();
  }

  /** As a verification summary names it. */
  Json.Obj resource() {
    return Json.object()
        .put("uri", VerifySarif.uri(path.toString()))
        .put("digest", Json.object().put("sha256", sha256).build())
        .build();
  }
}
