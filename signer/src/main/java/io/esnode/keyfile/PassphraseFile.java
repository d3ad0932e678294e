package io.esnode.keyfile;

import io.esnode.signer.KeyFileException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;

/** A passphrase in the first line of a file or a pipe, in UTF-8, without the line's end; as openssl reads one. */
public final class PassphraseFile {
  private static final int MAX_BYTES = 1024;

  private PassphraseFile() {}

  public static char[] read(Path file) throws KeyFileException {
    try (InputStream in = Files.newInputStream(file)) {
      return read(file.toString(), in);
    } catch (NoSuchFileException e) {
      throw new KeyFileException(file + ": no such file, expected a passphrase in it", e);
    } catch (KeyFileException e) {
      throw e;
    } catch (IOException e) {
      throw new KeyFileException("%s: cannot be read: %s".formatted(file, e.getMessage()), e);
    }
  }

  /**
   * The same from a stream, of which nothing beyond the line is read.
   *
   * @param name for messages
   */
  public static char[] read(String name, InputStream in) throws IOException {
    byte[] line = new byte[MAX_BYTES];
    int length = 0;
    try {
      for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
        if (length == MAX_BYTES) {
          throw new KeyFileException("%s: found a line of more than %d bytes, expected a passphrase"
              .formatted(name, MAX_BYTES));
        }
        line[length++] = (byte) c;
      }
      if (length > 0 && line[length - 1] == '\r') {
        length--;
      }
      return characters(name, line, length);
    } finally {
      Arrays.fill(line, (byte) 0);
    }
  }

  private static char[] characters(String name, byte[] line, int length) throws KeyFileException {
    if (length == 0) {
      throw new KeyFileException(name + ": the first line is empty, expected a passphrase in it");
    }
    CharBuffer decoded;
    try {
      decoded = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(line, 0, length));
    } catch (CharacterCodingException e) {
      throw new KeyFileException(name + ": the passphrase is not UTF-8", e);
    }
    char[] characters = new char[decoded.remaining()];
    decoded.get(characters);
    Arrays.fill(decoded.array(), '\0');
    return characters;
  }

  /** A passphrase in UTF-8; what was given is wiped. */
  public static byte[] utf8(char[] passphrase) {
    CharsetEncoder encoder =
        StandardCharsets.UTF_8.newEncoder().onMalformedInput(CodingErrorAction.REPLACE);
    byte[] room = new byte[(int) Math.ceil(passphrase.length * encoder.maxBytesPerChar())];
    ByteBuffer encoded = ByteBuffer.wrap(room);
    encoder.encode(CharBuffer.wrap(passphrase), encoded, true);
    byte[] bytes = Arrays.copyOf(room, encoded.position());
    Arrays.fill(room, (byte) 0);
    Arrays.fill(passphrase, '\0');
    return bytes;
  }
}
