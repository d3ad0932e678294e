package io.esnode.cli;

import io.esnode.bundle.AtomicFile;
import io.esnode.kernel.Pseudonyms;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The name this node has in evidence: a token keyed with the site key, so that bundles of one site can be told apart
 * without saying what the host is called. Sites that share the key file get the same token for the same name.
 */
final class Node {
  private static final int KEY_BYTES = 32;
  private static final int TOKEN_BYTES = 8;

  private Node() {}

  /** {@code n-} and sixteen hex digits of HMAC-SHA256(site key, host name). */
  static String token(Path siteKey, String hostName) throws IOException {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key(siteKey), "HmacSHA256"));
      byte[] full = mac.doFinal(("node\0" + hostName).getBytes(StandardCharsets.UTF_8));
      return "n-" + HexFormat.of().formatHex(Arrays.copyOf(full, TOKEN_BYTES));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has HmacSHA256", e);
    }
  }

  /** Tokens for the names that stand in log text; this host's is {@link #token}. */
  static Pseudonyms pseudonyms(Path siteKey, String hostName) throws IOException {
    return Pseudonyms.keyed(key(siteKey), hostName, token(siteKey, hostName));
  }

  /** The kernel's name for this host. */
  static String hostName() throws UnknownHostException {
    Path name = Path.of("/proc/sys/kernel/hostname");
    try {
      return Files.readString(name).strip();
    } catch (IOException e) {
      return InetAddress.getLocalHost().getHostName();
    }
  }

  private static byte[] key(Path file) throws IOException {
    if (!Files.exists(file)) {
      make(file);
    }
    String hex = Files.readString(file).strip();
    try {
      byte[] key = HexFormat.of().parseHex(hex);
      if (key.length == KEY_BYTES) {
        return key;
      }
    } catch (IllegalArgumentException e) {
      throw new IOException(
          "%s: not a site key: expected %d hex digits".formatted(file, 2 * KEY_BYTES), e);
    }
    throw new IOException(
        "%s: not a site key: expected %d hex digits".formatted(file, 2 * KEY_BYTES));
  }

  /** Two processes that start together end with the same key. */
  private static void make(Path file) throws IOException {
    byte[] key = new byte[KEY_BYTES];
    new SecureRandom().nextBytes(key);
    Files.createDirectories(file.toAbsolutePath().getParent());
    try {
      AtomicFile.writeNew(
          file,
          (HexFormat.of().formatHex(key) + "\n").getBytes(StandardCharsets.US_ASCII),
          PosixFilePermissions.fromString("rw-------"));
    } catch (FileAlreadyExistsException e) {
      // The other process was first: its key counts.
      return;
    }
  }
}
