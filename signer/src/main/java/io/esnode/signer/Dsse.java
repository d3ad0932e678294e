package io.esnode.signer;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Dead Simple Signing Envelope v1 (secure-systems-lab/dsse, protocol.md). */
public final class Dsse {
  public static final String IN_TOTO = "application/vnd.in-toto+json";

  private Dsse() {}

  /**
   * The bytes that are signed.
   *
   * <pre>
   * "DSSEv1" SP length(type) SP type SP length(body) SP body
   * </pre>
   *
   * Lengths count bytes, in decimal.
   */
  public static byte[] preAuthenticationEncoding(String type, byte[] body) {
    byte[] typeBytes = type.getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream out = new ByteArrayOutputStream(typeBytes.length + body.length + 32);
    out.writeBytes(ascii("DSSEv1 " + Integer.toString(typeBytes.length) + " "));
    out.writeBytes(typeBytes);
    out.writeBytes(ascii(" " + Integer.toString(body.length) + " "));
    out.writeBytes(body);
    return out.toByteArray();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
