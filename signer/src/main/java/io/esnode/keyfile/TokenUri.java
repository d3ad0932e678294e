package io.esnode.keyfile;

import io.esnode.signer.KeyFileException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where a key lies in a PKCS#11 token: the part of RFC 7512 that names one key and the module that reaches it, such as
 * {@code pkcs11:token=site;object=seal?module-path=/usr/lib/softhsm/libsofthsm2.so&pin-source=file:/etc/esnode/pin}.
 *
 * @param token label of the token
 * @param object label of the key's certificate
 * @param module the library
 * @param pinSource file with the PIN in its first line, null to ask for it
 */
public record TokenUri(
    String token, String object, Path module, @Nullable Path pinSource) {
  private static final String SCHEME = "pkcs11:";
  private static final int MAX_LENGTH = 4096;
  private static final Set<String> PATH = Set.of("token", "object");
  private static final Set<String> QUERY = Set.of("module-path", "pin-source");

  /** Whether a text names a key in a token rather than a file. */
  public static boolean is(String key) {
    return key.startsWith(SCHEME);
  }

  /**
   * Reads an address.
   *
   * @throws KeyFileException if it is none; the message repeats no value, for one may be a PIN
   */
  public static TokenUri parse(String uri) throws KeyFileException {
    if (!is(uri) || uri.length() > MAX_LENGTH) {
      throw wrong("expected pkcs11:… of at most %d characters".formatted(MAX_LENGTH));
    }
    String rest = uri.substring(SCHEME.length());
    int mark = rest.indexOf('?');
    Map<String, String> path = attributes(mark < 0 ? rest : rest.substring(0, mark), ";", PATH);
    Map<String, String> query = attributes(mark < 0 ? "" : rest.substring(mark + 1), "&", QUERY);
    String source = query.get("pin-source");
    return new TokenUri(
        required(path, "token"),
        required(path, "object"),
        file("module-path", required(query, "module-path")),
        source == null
            ? null
            : file("pin-source", source.startsWith("file:") ? withoutScheme(source) : source));
  }

  private static String withoutScheme(String source) {
    String path = source.substring("file:".length());
    return path.startsWith("///") ? path.substring(2) : path;
  }

  private static Map<String, String> attributes(String text, String separator, Set<String> known)
      throws KeyFileException {
    Map<String, String> found = new LinkedHashMap<>();
    if (text.isEmpty()) {
      return found;
    }
    for (String attribute : text.split(separator, -1)) {
      int equals = attribute.indexOf('=');
      String name = equals < 0 ? "" : attribute.substring(0, equals);
      if (name.equals("pin-value")) {
        throw wrong(
            "pin-value is refused, since everybody on this machine can read a command line; put the PIN into a file and give pin-source=file:PATH");
      }
      if (name.equals("id")) {
        throw wrong(
            "id is not supported, since Java finds keys in tokens by label; give object=LABEL");
      }
      if (!known.contains(name)) {
        throw wrong(
            "found another attribute, expected token and object, then after ? module-path and pin-source");
      }
      if (found.put(name, decoded(attribute.substring(equals + 1))) != null) {
        throw wrong(name + " stands there twice");
      }
    }
    return found;
  }

  private static String decoded(String text) throws KeyFileException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c <= ' ' || c > '~') {
        throw wrong("found a character that has to be written as %XX");
      }
      if (c != '%') {
        bytes.write(c);
        continue;
      }
      int high = i + 2 < text.length() ? Character.digit(text.charAt(i + 1), 16) : -1;
      int low = i + 2 < text.length() ? Character.digit(text.charAt(i + 2), 16) : -1;
      if (high < 0 || low < 0) {
        throw wrong("found % without two hex digits");
      }
      bytes.write((high << 4) | low);
      i += 2;
    }
    try {
      String value = StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes.toByteArray()))
          .toString();
      if (value.isEmpty() || value.chars().anyMatch(Character::isISOControl)) {
        throw wrong("found a value that is empty or has control characters");
      }
      return value;
    } catch (CharacterCodingException e) {
      throw new KeyFileException("--key pkcs11: found a value that is not UTF-8", e);
    }
  }

  private static String required(Map<String, String> attributes, String name)
      throws KeyFileException {
    String value = attributes.get(name);
    if (value == null) {
      throw wrong(name
          + " is missing, expected pkcs11:token=LABEL;object=LABEL?module-path=/PATH/LIBRARY.so");
    }
    return value;
  }

  private static Path file(String name, String text) throws KeyFileException {
    try {
      Path path = Path.of(text);
      if (path.isAbsolute()) {
        return path;
      }
    } catch (InvalidPathException e) {
      throw new KeyFileException("--key pkcs11: %s is no path".formatted(name), e);
    }
    throw wrong(name + " is not an absolute path");
  }

  private static KeyFileException wrong(String what) {
    return new KeyFileException("--key pkcs11: " + what);
  }

  /** For messages. */
  @Override
  public String toString() {
    return "token \"%s\", object \"%s\"".formatted(token, object);
  }
}
