package io.esnode.signer;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * One textual encoding of RFC 7468.
 *
 * @param label what stands after {@code BEGIN}
 * @param der the bytes inside; the array is shared, not copied
 */
@SuppressWarnings("ArrayRecordComponent") // short-lived carrier; never compared
record Pem(String label, byte[] der) {
  /** An RSA-16384 key fits; beyond this a file is no key. */
  static final int MAX_BYTES = 64 << 10;

  private static final String BEGIN = "-----BEGIN ";
  private static final String END = "-----END ";
  private static final String DASHES = "-----";

  static Pem load(Path file) throws IOException {
    byte[] bytes;
    try {
      if (Files.exists(file) && !Files.isRegularFile(file)) {
        throw new KeyFileException(file + ": not a regular file, expected a key in PEM");
      }
      if (Files.size(file) > MAX_BYTES) {
        throw new KeyFileException("%s: %d bytes, expected a key in PEM of at most %d"
            .formatted(file, Files.size(file), MAX_BYTES));
      }
      bytes = Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw new KeyFileException(file + ": no such file, expected a key in PEM", e);
    } catch (KeyFileException e) {
      throw e;
    } catch (IOException e) {
      throw new KeyFileException("%s: cannot be read: %s".formatted(file, Excerpt.of(e)), e);
    }
    return parse(file.toString(), bytes);
  }

  /** Reads exactly one block; text before it is explanatory and ignored (RFC 7468 section 2). */
  static Pem parse(String name, byte[] bytes) throws KeyFileException {
    String label = null;
    byte[] der = null;
    StringBuilder body = new StringBuilder();
    for (String raw : new String(bytes, StandardCharsets.ISO_8859_1).split("\\r\\n|\\r|\\n", -1)) {
      String line = raw.stripTrailing();
      if (line.startsWith(BEGIN) && line.endsWith(DASHES)) {
        if (label != null) {
          throw new KeyFileException("%s: a second PEM block (%s after %s), expected one key"
              .formatted(name, quoted(labelOf(line, BEGIN)), quoted(label)));
        }
        label = labelOf(line, BEGIN);
      } else if (line.startsWith(END) && line.endsWith(DASHES)) {
        if (label == null || der != null || !label.equals(labelOf(line, END))) {
          throw new KeyFileException("%s: PEM ends with %s where %s began"
              .formatted(
                  name, quoted(labelOf(line, END)), label == null ? "nothing" : quoted(label)));
        }
        der = decode(name, body.toString());
      } else if (label != null && der == null) {
        body.append(line);
      } else if (der != null && !line.isEmpty()) {
        throw new KeyFileException(
            name + ": text after the end of the PEM block, expected one key");
      }
    }
    if (label == null || der == null) {
      throw new KeyFileException("%s: %s, expected a key in PEM"
          .formatted(
              name,
              label == null ? "no PEM block" : "PEM block " + quoted(label) + " does not end"));
    }
    return new Pem(label, der);
  }

  String text() {
    return BEGIN + label + DASHES + "\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
        + "\n" + END + label + DASHES + "\n";
  }

  private static String labelOf(String line, String marker) {
    return line.length() < marker.length() + DASHES.length()
        ? ""
        : line.substring(marker.length(), line.length() - DASHES.length());
  }

  private static byte[] decode(String name, String body) throws KeyFileException {
    try {
      return StrictBase64.decode(body);
    } catch (IllegalArgumentException e) {
      throw new KeyFileException(name + ": the PEM block does not hold base64", e);
    }
  }

  private static String quoted(@Nullable String text) {
    return Excerpt.of(text);
  }
}
