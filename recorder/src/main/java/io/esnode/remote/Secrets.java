package io.esnode.remote;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Files that the process without privileges must not need to read. */
final class Secrets {
  /** Together less than a pipe holds: nobody waits for a process that does not read. */
  private static final int MOST_CA_BYTES = 40 << 10;

  private static final int MOST_TOKEN_BYTES = 8 << 10;

  private Secrets() {}

  /** Empty where there is no file. */
  static String token(@Nullable Path file) throws IOException {
    if (file == null) {
      return "";
    }
    String token = read(file, MOST_TOKEN_BYTES).strip();
    if (!token.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
      throw new IOException(file + ": not a token: expected one line of visible ASCII");
    }
    return token;
  }

  static @Nullable String ca(@Nullable Path file) throws IOException {
    return file == null ? null : read(file, MOST_CA_BYTES);
  }

  private static String read(Path file, int most) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(most + 1);
      if (bytes.length > most) {
        throw new IOException("%s: more than %d bytes".formatted(file, most));
      }
      return new String(bytes, StandardCharsets.UTF_8);
    } catch (java.nio.file.NoSuchFileException e) {
      throw new IOException(file + ": not there", e);
    } catch (java.nio.file.AccessDeniedException e) {
      throw new IOException(file + ": permission denied", e);
    }
  }
}
