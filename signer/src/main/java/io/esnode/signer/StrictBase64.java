package io.esnode.signer;

import java.util.Base64;

/** RFC 4648 section 4, one text per value: padding present, unused bits zero, nothing else between. */
public final class StrictBase64 {
  private StrictBase64() {}

  /**
   * Reads the one text of some bytes.
   *
   * @throws IllegalArgumentException if the text is not the one form of any bytes
   */
  public static byte[] decode(String text) {
    byte[] bytes = Base64.getDecoder().decode(text);
    if (!encode(bytes).equals(text)) {
      throw new IllegalArgumentException("not canonical base64");
    }
    return bytes;
  }

  public static String encode(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }
}
