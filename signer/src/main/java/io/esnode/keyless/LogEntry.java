package io.esnode.keyless;

import static io.esnode.signature.ReasonCode.LOG_ENTRY_INVALID;

import dev.sigstore.rekor.client.RekorEntry;
import dev.sigstore.rekor.client.RekorParseException;
import dev.sigstore.rekor.client.RekorVerificationException;
import dev.sigstore.rekor.client.RekorVerifier;
import io.esnode.json.Json;
import io.esnode.json.JsonException;
import io.esnode.merkle.MerkleProof;
import io.esnode.merkle.MerkleTree;
import io.esnode.signer.Excerpt;
import io.esnode.signer.StrictBase64;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An entry of a bundle's {@code tlogEntries}. It holds if the log promised it (a signed entry time stamp), or if it lies in the
 * tree that the log signed (inclusion proof and checkpoint); what is there of both must hold, for sigstore-java too. Its body
 * must repeat the bundle.
 */
final class LogEntry {
  private final Json.Obj json;
  private final TransparencyLog log;
  private final byte[] body;
  private final byte @Nullable [] promise;
  private final Json.@Nullable Obj proof;
  private final @Nullable String checkpoint;

  private LogEntry(Json.Obj json, TransparencyLog log) throws JsonException, Refusal {
    this.json = json;
    this.log = log;
    this.body = Members.base64(json, "canonicalizedBody");
    Json.Obj promised = Members.objectOrNull(json, "inclusionPromise");
    this.promise = promised == null ? null : Members.base64(promised, "signedEntryTimestamp");
    this.proof = Members.objectOrNull(json, "inclusionProof");
    Json.Obj signed = proof == null ? null : Members.objectOrNull(proof, "checkpoint");
    this.checkpoint = signed == null ? null : signed.text("envelope");
  }

  /** @throws JsonException if it is not an entry at all */
  static LogEntry of(Json.Obj json, TrustedRoot root) throws JsonException, Refusal {
    byte[] id = Members.base64(json.obj("logId"), "keyId");
    Optional<TransparencyLog> log = root.log(id);
    if (log.isEmpty()) {
      throw new Refusal(
          LOG_ENTRY_INVALID,
          "log %s is not in the trusted root".formatted(HexFormat.of().formatHex(id)));
    }
    return new LogEntry(json, log.get());
  }

  TransparencyLog log() {
    return log;
  }

  /**
   * Everything but the time.
   *
   * @param provable whether a promise alone is too little, as of bundles v0.2 on
   */
  void check(Signed signed, boolean provable, TrustedRoot root) throws JsonException, Refusal {
    Json.Obj kind = json.obj("kindVersion");
    EntryBody.check(body, kind.text("kind") + " " + kind.text("version"), signed);
    if (promise != null) {
      checkPromise(promise);
    }
    if (proof != null && checkpoint != null) {
      checkProof(proof, checkpoint);
      checkAgain(root);
    } else if (promise == null || provable) {
      throw new Refusal(
          LOG_ENTRY_INVALID,
          promise == null
              ? "neither an inclusion proof with a checkpoint nor a promise of the log"
              : "no inclusion proof with a checkpoint");
    }
  }

  private void checkPromise(byte[] signature) throws JsonException, Refusal {
    String text = Json.object()
        .put("body", StrictBase64.encode(body))
        .put("integratedTime", Members.count(json, "integratedTime"))
        .put("logID", HexFormat.of().formatHex(log.id()))
        .put("logIndex", Members.count(json, "logIndex"))
        .build()
        .canonical();
    if (!Signatures.holds(log.key(), text.getBytes(StandardCharsets.UTF_8), signature)) {
      throw new Refusal(
          LOG_ENTRY_INVALID, "the promise is not %s's, or of another entry".formatted(log));
    }
    Instant time = Instant.ofEpochSecond(Members.count(json, "integratedTime"));
    if (!log.window().contains(time)) {
      throw new Refusal(
          LOG_ENTRY_INVALID,
          "integrated at %s, and %s is in use %s".formatted(time, log, log.window()));
    }
  }

  private void checkProof(Json.Obj proven, String note) throws JsonException, Refusal {
    Checkpoint signed = Checkpoint.parse(note);
    signed.checkSignature(log);
    long size = Members.count(proven, "treeSize");
    byte[] rootHash = Members.base64(proven, "rootHash");
    if (signed.size() != size || !Arrays.equals(signed.root(), rootHash)) {
      throw new Refusal(
          LOG_ENTRY_INVALID,
          "checkpoint: of another tree than the proof (%d entries, expected %d)"
              .formatted(signed.size(), size));
    }
    List<byte[]> hashes = new ArrayList<>();
    if (proven.has("hashes")) {
      for (String hash : proven.arr("hashes").texts()) {
        hashes.add(Members.base64(Json.object().put("hash", hash).build(), "hash"));
      }
    }
    if (!MerkleProof.includes(
        Members.count(proven, "logIndex"), size, MerkleTree.leaf(body), hashes, rootHash)) {
      throw new Refusal(LOG_ENTRY_INVALID, "the inclusion proof does not hold");
    }
  }

  /** Two readers are harder to fool than one. */
  private void checkAgain(TrustedRoot root) throws Refusal {
    try {
      RekorVerifier.newRekorVerifier(root.signatureLogs())
          .verifyEntry(RekorEntry.fromTLogEntryJson(json.canonical()));
    } catch (RekorVerificationException | RekorParseException e) {
      throw new Refusal(LOG_ENTRY_INVALID, Excerpt.of(e.getMessage()), e);
    }
  }

  /** When the log took it, by its promise; null without one. */
  @Nullable
  Instant time() throws JsonException {
    return promise == null ? null : Instant.ofEpochSecond(Members.count(json, "integratedTime"));
  }

  /** An entry without a time of its own counts if its log was in use at the time of the signature. */
  void checkTime(Instant signature) throws Refusal {
    if (promise == null && !log.window().contains(signature)) {
      throw new Refusal(
          LOG_ENTRY_INVALID,
          "signed at %s, and %s is in use %s".formatted(signature, log, log.window()));
    }
  }
}
