package io.esnode.keyless;

import static io.esnode.signature.ReasonCode.LOG_ENTRY_INVALID;

import io.esnode.signer.Excerpt;
import io.esnode.signer.StrictBase64;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * What a log says its tree is (C2SP tlog-checkpoint, in a signed note).
 *
 * <pre>
 * origin LF size LF base64(root) LF [more lines LF] LF
 * U+2014 SP name SP base64(4 bytes of key id, signature) LF
 * </pre>
 *
 * @param text what is signed
 * @param signatures the lines after the empty one
 */
@SuppressWarnings("ArrayRecordComponent") // short-lived carrier; never compared
record Checkpoint(String text, String origin, long size, byte[] root, List<String> signatures) {
  private static final int MAX_CHARS = 64 << 10;
  private static final int MAX_SIGNATURES = 64;
  private static final int HINT = 4;

  static Checkpoint parse(String note) throws Refusal {
    int end = note.lastIndexOf("\n\n");
    if (note.length() > MAX_CHARS || end < 0 || !note.endsWith("\n")) {
      throw refused("is not a signed note");
    }
    List<String> lines = Arrays.asList(note.substring(0, end).split("\n", -1));
    List<String> signatures = Arrays.asList(note.substring(end + 2).split("\n"));
    if (lines.size() < 3 || lines.get(0).isEmpty()) {
      throw refused("has %d lines, expected origin, size and root".formatted(lines.size()));
    }
    if (!lines.get(1).matches("0|[1-9][0-9]{0,18}")) {
      throw refused("size: found %s, expected a number".formatted(Excerpt.of(lines.get(1))));
    }
    if (signatures.size() > MAX_SIGNATURES) {
      throw refused(
          "has %d signatures, expected at most %d".formatted(signatures.size(), MAX_SIGNATURES));
    }
    try {
      byte[] root = StrictBase64.decode(lines.get(2));
      if (root.length != 32) {
        throw refused("root: found %d bytes, expected 32".formatted(root.length));
      }
      return new Checkpoint(
          note.substring(0, end + 1),
          lines.get(0),
          Long.parseLong(lines.get(1)),
          root,
          List.copyOf(signatures));
    } catch (IllegalArgumentException e) {
      throw new Refusal(LOG_ENTRY_INVALID, "checkpoint: root or size cannot be read", e);
    }
  }

  /** Signatures of others are passed over; one that says it is the log's must be. */
  void checkSignature(TransparencyLog log) throws Refusal {
    boolean signed = false;
    for (String line : signatures) {
      String[] parts = line.split(" ", -1);
      if (parts.length != 3 || !parts[0].equals("—") || parts[1].isEmpty()) {
        throw refused(
            "signature: found %s, expected a dash, a name and base64".formatted(Excerpt.of(line)));
      }
      byte[] bytes = decoded(parts[2]);
      if (!log.isNamed(parts[1]) || !hints(bytes, log)) {
        continue;
      }
      byte[] signature = Arrays.copyOfRange(bytes, HINT, bytes.length);
      if (!Signatures.holds(log.key(), text.getBytes(StandardCharsets.UTF_8), signature)) {
        throw refused("the signature of %s does not hold".formatted(log));
      }
      signed = true;
    }
    if (!signed) {
      throw refused("%s did not sign it".formatted(log));
    }
    int tree = origin.indexOf(" - ");
    if (!log.isNamed(tree < 0 ? origin : origin.substring(0, tree))) {
      throw refused("origin: found %s, expected %s".formatted(Excerpt.of(origin), log));
    }
  }

  private static byte[] decoded(String base64) throws Refusal {
    try {
      byte[] bytes = StrictBase64.decode(base64);
      if (bytes.length > HINT) {
        return bytes;
      }
      throw refused("signature: found %d bytes, expected more".formatted(bytes.length));
    } catch (IllegalArgumentException e) {
      throw new Refusal(LOG_ENTRY_INVALID, "checkpoint: signature: expected canonical base64", e);
    }
  }

  private static boolean hints(byte[] bytes, TransparencyLog log) {
    return Arrays.equals(bytes, 0, HINT, log.id(), 0, HINT);
  }

  private static Refusal refused(String what) {
    return new Refusal(LOG_ENTRY_INVALID, "checkpoint: " + what);
  }
}
