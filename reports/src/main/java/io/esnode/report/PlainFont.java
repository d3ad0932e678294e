package io.esnode.report;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * A font as the PDF uses it: one character, one glyph. Evidence must not print {@code ->} as an arrow, and PDFBox spends
 * two thirds of a rendering on looking for such substitutions.
 */
final class PlainFont {
  private static final int SUBSTITUTIONS = tag("GSUB");
  private static final int HIDDEN = tag("gsub");

  private PlainFont() {}

  /**
   * Renames the table of substitutions in the directory, so that no reader finds it; all else stays as it is.
   *
   * <pre>
   * 0         4        6         12
   * | version | tables | search  | tag 4 | checksum 4 | offset 4 | length 4 | next entry …
   * </pre>
   *
   * @param font a TrueType file, changed in place (OpenType specification, "Table Directory")
   */
  static byte[] of(byte[] font) {
    ByteBuffer file = ByteBuffer.wrap(font);
    int tables = file.getShort(4);
    for (int i = 0; i < tables; i++) {
      if (file.getInt(12 + 16 * i) == SUBSTITUTIONS) {
        file.putInt(12 + 16 * i, HIDDEN);
      }
    }
    return font;
  }

  private static int tag(String name) {
    return ByteBuffer.wrap(name.getBytes(StandardCharsets.US_ASCII)).getInt();
  }
}
