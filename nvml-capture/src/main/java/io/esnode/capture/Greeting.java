package io.esnode.capture;

import io.esnode.wire.Message;
import io.esnode.wire.WireWriter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/** The first message: which file answers. */
final class Greeting {
  private Greeting() {}

  /** @param path the library, or the timeline; a file that cannot be read has no digest */
  static Message.Hello of(String path) {
    Map<String, String> facts = new TreeMap<>();
    facts.put("library.path", path);
    try {
      facts.put("library.sha256", sha256(Path.of(path)));
    } catch (IOException e) {
      facts.put("absent.library.sha256", "cannot be read: " + e.getMessage());
    }
    return new Message.Hello(WireWriter.VERSION, facts);
  }

  private static String sha256(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] buffer = new byte[64 << 10];
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        digest.update(buffer, 0, read);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
