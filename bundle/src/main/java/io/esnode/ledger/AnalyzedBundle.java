package io.esnode.ledger;

import io.esnode.json.Json;
import io.esnode.json.JsonException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One bundle an analysis read.
 *
 * @param ordinal its place among the bundles sorted by SHA-256, from 0; high part of every row id
 * @param name file name without a path
 * @param node keyed token of the host, or its clear name where that was chosen
 * @param trust in the words of {@code TrustState}
 * @param trustReason one line: why
 * @param keyId of the signer, null where unsigned
 * @param signerLabel the name under which the key is trusted, null where it is not
 * @param startTs first and {@code endTs} last moment recorded, RFC 3339
 * @param inventory facts about the host, e.g. {@code kernel.release}
 */
public record AnalyzedBundle(
    int ordinal,
    String name,
    String sha256,
    long sizeBytes,
    long rows,
    String recordingId,
    String node,
    String bootId,
    boolean simulated,
    String recorderVersion,
    String startTs,
    String endTs,
    String trust,
    String trustReason,
    @Nullable String keyId,
    @Nullable String signerLabel,
    String manifestSha256,
    Map<String, String> inventory) {
  public AnalyzedBundle {
    inventory = Map.copyOf(inventory);
  }

  Json.Obj toJson() {
    return Json.object()
        .put("ordinal", ordinal)
        .put("name", name)
        .put("sha256", sha256)
        .put("size_bytes", sizeBytes)
        .put("rows", rows)
        .put("recording_id", recordingId)
        .put("node", node)
        .put("boot_id", bootId)
        .put("simulated", simulated)
        .put("recorder_version", recorderVersion)
        .put("start_ts", startTs)
        .put("end_ts", endTs)
        .put("trust", trust)
        .put("trust_reason", trustReason)
        .put("key_id", keyId)
        .put("signer_label", signerLabel)
        .put("manifest_sha256", manifestSha256)
        .put("inventory", Json.texts(inventory))
        .build();
  }

  static AnalyzedBundle from(Json.Obj json) throws JsonException {
    return new AnalyzedBundle(
        ordinal(json),
        json.text("name"),
        json.text("sha256"),
        json.integer("size_bytes"),
        json.integer("rows"),
        json.text("recording_id"),
        json.text("node"),
        json.text("boot_id"),
        json.bool("simulated"),
        json.text("recorder_version"),
        json.text("start_ts"),
        json.text("end_ts"),
        json.text("trust"),
        json.text("trust_reason"),
        json.textOrNull("key_id"),
        json.textOrNull("signer_label"),
        json.text("manifest_sha256"),
        json.obj("inventory").texts());
  }

  private static int ordinal(Json.Obj json) throws JsonException {
    long ordinal = json.integer("ordinal");
    if (ordinal < 0 || ordinal > Integer.MAX_VALUE) {
      throw new JsonException("ordinal: found %d, expected a place from 0".formatted(ordinal));
    }
    return (int) ordinal;
  }
}
