package io.esnode.seal;

import io.esnode.bundle.Sha256;
import io.esnode.json.Json;
import io.esnode.json.JsonException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a recorder says at the end of an epoch: how its spool begins, up to here. Signed with a key that nothing else was or
 * will be signed with, over {@link #signed()}; it names the key of the epoch after it, and that of epoch 0 is the node's own.
 * Immutable, thread-safe.
 *
 * @param recordingId UUIDv7
 * @param epoch from 0, which is the genesis
 * @param reason why the epoch ended
 * @param tsMicros wall clock when it was signed, µs since 1970 UTC
 * @param monoNanos CLOCK_MONOTONIC at the same time
 * @param segment that was written to; null in the genesis
 * @param offsetBytes how many of its bytes the head covers; null in the genesis
 * @param headSha256 of those bytes, which begin with the digest of the segment before; in the genesis of the bundle before,
 *     null where there is none
 * @param key base64 of the SubjectPublicKeyInfo that it is signed with
 * @param nextKeySha256 of the next epoch's SubjectPublicKeyInfo; null where none follows
 * @param signature base64, DER, ECDSA P-256 over SHA-256
 */
public record EpochSeal(
    String recordingId,
    long epoch,
    Reason reason,
    long tsMicros,
    long monoNanos,
    @Nullable Long segment,
    @Nullable Long offsetBytes,
    @Nullable String headSha256,
    String key,
    @Nullable String nextKeySha256,
    String signature) {
  /** Stands before everything that a key of an epoch signs, and before nothing that any other key does. */
  public static final String DOMAIN = "esnode-seal/1\n";

  /** SubjectPublicKeyInfo of a P-256 key is 91 bytes, a signature at most 72. */
  private static final int MAX_BASE64 = 256;

  private static final int MAX_ID = 64;
  private static final Pattern ID = Pattern.compile("[0-9A-Za-z._-]{1," + MAX_ID + "}");
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

  /** The year 2112. */
  private static final long MAX_TIME_US = 1L << 52;

  /** Why an epoch ended. */
  public enum Reason {
    /** The first key begins. */
    GENESIS,
    /** Its time was over. */
    INTERVAL,
    /** Its segment was. */
    SEGMENT,
    /** The recording was; no epoch follows. */
    END;

    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }

    static Reason of(String text) throws JsonException {
      for (Reason reason : values()) {
        if (reason.text().equals(text)) {
          return reason;
        }
      }
      throw new JsonException(
          "reason: found \"%s\", expected genesis, interval, segment or end".formatted(text));
    }
  }

  /** Whether it is epoch 0, signed with the node's key. */
  public boolean isGenesis() {
    return epoch == 0;
  }

  /** The same with its signature. */
  public EpochSeal signed(byte[] withSignature) {
    return new EpochSeal(
        recordingId,
        epoch,
        reason,
        tsMicros,
        monoNanos,
        segment,
        offsetBytes,
        headSha256,
        key,
        nextKeySha256,
        Base64.getEncoder().encodeToString(withSignature));
  }

  /** What is signed: {@link #DOMAIN}, then RFC 8785 JSON of all but the signature. */
  public byte[] signed() {
    return (DOMAIN + unsigned().build().canonical()).getBytes(StandardCharsets.UTF_8);
  }

  private Json.Builder unsigned() {
    return Json.object()
        .put("recording_id", recordingId)
        .put("epoch", epoch)
        .put("reason", reason.text())
        .put("ts_us", tsMicros)
        .put("mono_ns", Long.toString(monoNanos))
        .put("segment", Json.ofNullable(segment))
        .put("offset_bytes", Json.ofNullable(offsetBytes))
        .put("head_sha256", headSha256)
        .put("key", key)
        .put("next_key_sha256", nextKeySha256);
  }

  public Json.Obj toJson() {
    return unsigned().put("signature", signature).build();
  }

  /** Checks the shape of every member, and nothing else: whether it is true, its signature and the bytes tell. */
  public static EpochSeal from(Json.Obj json) throws JsonException {
    return of(
        json.text("recording_id"),
        json.integer("epoch"),
        json.text("reason"),
        json.integer("ts_us"),
        mono(json.text("mono_ns")),
        json.integerOrNull("segment"),
        json.integerOrNull("offset_bytes"),
        json.textOrNull("head_sha256"),
        json.text("key"),
        json.textOrNull("next_key_sha256"),
        json.text("signature"));
  }

  /** The same from members that stand somewhere else. */
  public static EpochSeal of(
      String recordingId,
      long epoch,
      String reason,
      long tsMicros,
      long monoNanos,
      @Nullable Long segment,
      @Nullable Long offsetBytes,
      @Nullable String headSha256,
      String key,
      @Nullable String nextKeySha256,
      String signature)
      throws JsonException {
    Reason why = Reason.of(reason);
    boolean genesis = epoch == 0;
    if (genesis != (why == Reason.GENESIS)) {
      throw new JsonException("epoch %d: found reason %s".formatted(epoch, reason));
    }
    require(ID.matcher(recordingId).matches(), "recording_id", "letters, digits, - _ .");
    require(epoch >= 0, "epoch", "a count from 0");
    require(tsMicros >= 0 && tsMicros <= MAX_TIME_US, "ts_us", "a time before 2112");
    require(monoNanos >= 0, "mono_ns", "nanoseconds since boot");
    require(genesis == (segment == null), "segment", "a number in every epoch but 0");
    require(genesis == (offsetBytes == null), "offset_bytes", "a number in every epoch but 0");
    require(segment == null || segment >= 0, "segment", "a count from 0");
    require(offsetBytes == null || offsetBytes >= 0, "offset_bytes", "a count from 0");
    require(headSha256 == null ? genesis : isSha256(headSha256), "head_sha256", "64 hex digits");
    require(
        nextKeySha256 == null ? why == Reason.END : why != Reason.END && isSha256(nextKeySha256),
        "next_key_sha256",
        "64 hex digits, and none in the last epoch");
    bytes("key", key);
    bytes("signature", signature);
    return new EpochSeal(
        recordingId,
        epoch,
        why,
        tsMicros,
        monoNanos,
        segment,
        offsetBytes,
        headSha256,
        key,
        nextKeySha256,
        signature);
  }

  private static void require(boolean holds, String member, String expected) throws JsonException {
    if (!holds) {
      throw new JsonException("%s: expected %s".formatted(member, expected));
    }
  }

  static boolean isSha256(String text) {
    return SHA256.matcher(text).matches();
  }

  static boolean isRecordingId(String text) {
    return ID.matcher(text).matches();
  }

  private static long mono(String text) throws JsonException {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new JsonException(
          "mono_ns: found \"%s\", expected nanoseconds"
              .formatted(text.substring(0, Math.min(text.length(), 20))),
          e);
    }
  }

  /** In its one form, so that no bit of it is free. */
  private static byte[] bytes(String member, String base64) throws JsonException {
    try {
      byte[] bytes = base64.length() > MAX_BASE64 ? null : Base64.getDecoder().decode(base64);
      if (bytes != null && Base64.getEncoder().encodeToString(bytes).equals(base64)) {
        return bytes;
      }
    } catch (IllegalArgumentException e) {
      throw new JsonException(member + ": expected base64", e);
    }
    throw new JsonException(
        "%s: expected base64 of at most %d letters".formatted(member, MAX_BASE64));
  }

  /** DER SubjectPublicKeyInfo. */
  public byte[] keyBytes() {
    return Base64.getDecoder().decode(key);
  }

  /** DER {@code SEQUENCE {r, s}}. */
  public byte[] signatureBytes() {
    return Base64.getDecoder().decode(signature);
  }

  /** Hex SHA-256 of the SubjectPublicKeyInfo; of the genesis the id of the node's key. */
  public String keySha256() {
    return Sha256.hex(keyBytes());
  }
}
