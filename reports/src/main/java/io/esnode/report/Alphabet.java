package io.esnode.report;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.BitSet;
import org.apache.fontbox.ttf.CmapLookup;
import org.apache.fontbox.ttf.TTFParser;
import org.apache.fontbox.ttf.TrueTypeFont;
import org.apache.pdfbox.io.RandomAccessReadBuffer;

/**
 * The characters that every font of a report has, so that a text may be set in any of them. openhtmltopdf prints {@code #}
 * for a character it has no glyph for, without a word. Immutable, thread-safe.
 */
final class Alphabet {
  private static final Alphabet INSTANCE = load();

  private final BitSet covered;
  private final float[] widths;

  private Alphabet(BitSet covered, float[] widths) {
    this.covered = covered;
    this.widths = widths;
  }

  static Alphabet get() {
    return INSTANCE;
  }

  boolean covers(int codePoint) {
    return covered.get(codePoint);
  }

  /** Width of a line in the regular text font, in the unit of {@code size}; characters it lacks count one em. */
  double width(String text, double size) {
    return text.codePoints()
        .mapToDouble(c -> c < widths.length && covered.get(c) ? widths[c] * size : size)
        .sum();
  }

  private static Alphabet load() {
    BitSet covered = new BitSet();
    covered.set(0, Character.MAX_CODE_POINT + 1);
    float[] widths = new float[0x2500];
    boolean first = true;
    for (Assets.Font font : Assets.FONTS) {
      try (TrueTypeFont file =
          new TTFParser().parse(new RandomAccessReadBuffer(Assets.bytes(font.path())))) {
        CmapLookup lookup = file.getUnicodeCmapLookup();
        for (int c = covered.nextSetBit(0); c >= 0; c = covered.nextSetBit(c + 1)) {
          int glyph = lookup.getGlyphId(c);
          if (glyph == 0) {
            covered.clear(c);
          } else if (first && c < widths.length) {
            widths[c] = (float) file.getAdvanceWidth(glyph) / file.getUnitsPerEm();
          }
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      first = false;
    }
    return new Alphabet(covered, widths);
  }
}
