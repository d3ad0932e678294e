package io.esnode.spool;

import io.esnode.seal.EpochSeal;
import java.util.HashMap;
import java.util.Map;

/** A seal as a row of the bundle. */
public final class SealRow {
  public static final String TABLE = "seal";

  private SealRow() {}

  /**
   * All of it but the recording's id, which the manifest has.
   *
   * @param origin {@code live} or {@code simulated}
   */
  public static TextRow of(EpochSeal seal, String origin) {
    Map<String, String> texts = new HashMap<>(
        Map.of("reason", seal.reason().text(), "key", seal.key(), "signature", seal.signature()));
    Map<String, Long> numbers = new HashMap<>(Map.of("epoch", seal.epoch()));
    String head = seal.headSha256();
    if (head != null) {
      texts.put("head_sha256", head);
    }
    String next = seal.nextKeySha256();
    if (next != null) {
      texts.put("next_key_sha256", next);
    }
    Long segment = seal.segment();
    if (segment != null) {
      numbers.put("segment", segment);
    }
    Long offset = seal.offsetBytes();
    if (offset != null) {
      numbers.put("offset_bytes", offset);
    }
    return new TextRow(
        TABLE, "node", SpoolWriter.SOURCE, origin, null, seal.tsMicros(), texts, numbers);
  }
}
