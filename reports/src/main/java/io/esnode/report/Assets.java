package io.esnode.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** Files that travel in the jar: fonts, colour profile, templates. The PDF's bytes depend on every one of them. */
final class Assets {
  /** OFL-1.1; openhtmltopdf takes neither WOFF nor CFF outlines, hence one static TrueType file per weight. */
  static final List<Font> FONTS = List.of(
      new Font("fonts/Inter_400Regular.ttf", "Inter", 400, false),
      new Font("fonts/Inter_400Regular_Italic.ttf", "Inter", 400, true),
      new Font("fonts/Inter_600SemiBold.ttf", "Inter", 600, false),
      new Font("fonts/Inter_700Bold.ttf", "Inter", 700, false),
      new Font("fonts/JetBrainsMono_400Regular.ttf", "JetBrains Mono", 400, false));

  /** sRGB, CC0: the output intent. The JDK's own profile differs between versions. */
  static final String ICC = "icc/sRGB-v2-magic.icc";

  private Assets() {}

  /**
   * One TrueType file.
   *
   * @param weight CSS font weight
   */
  record Font(String path, String family, int weight, boolean italic) {}

  static InputStream open(String path) {
    InputStream in = Assets.class.getResourceAsStream(path);
    if (in == null) {
      throw new IllegalStateException(path + " is not on the class path");
    }
    return in;
  }

  static byte[] bytes(String path) {
    try (InputStream in = open(path)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String text(String path) {
    return new String(bytes(path), StandardCharsets.UTF_8);
  }

  static byte[] digest(String algorithm, byte[] bytes) {
    try {
      return MessageDigest.getInstance(algorithm).digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has " + algorithm, e);
    }
  }

  static String sha256(byte[] bytes) {
    return HexFormat.of().formatHex(digest("SHA-256", bytes));
  }
}
