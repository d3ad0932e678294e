package io.esnode.cli;

import io.esnode.bundle.Sha256;
import io.esnode.signature.ExitCode;
import io.esnode.toml.Toml;
import io.esnode.toml.TomlException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A configuration file that was read.
 *
 * @param chosenBy {@code flag}, {@code environment} or {@code default}
 * @param sha256 of the file
 * @param options of its table {@code [record]}, by key
 */
record ConfigFile(Path path, String chosenBy, String sha256, Map<String, Toml> options) {
  static final String TABLE = "record";

  private static final String NAME = "esnode.toml";
  private static final String VARIABLE = "ESNODE_CONFIG";
  private static final Path NOTHING = Path.of("/dev/null");
  private static final int MOST_BYTES = 64 << 10;
  private static final int WRITABLE_BY_OTHERS = 0002;

  /**
   * Reads the one file that counts: the one given, else that of {@code $ESNODE_CONFIG}, else
   * {@code /etc/esnode/esnode.toml}, else {@code $ESNODE_HOME/esnode.toml}. Null where there is none.
   *
   * @throws CommandException if it is not as it should be
   */
  static @Nullable ConfigFile find(@Nullable Path given, Map<String, String> environment) {
    if (given != null) {
      return read(given, "flag");
    }
    String named = environment.getOrDefault(VARIABLE, "");
    if (!named.isEmpty()) {
      try {
        return read(Path.of(named), "environment");
      } catch (InvalidPathException e) {
        throw new CommandException(ExitCode.USAGE, "$%s: %s".formatted(VARIABLE, e.getMessage()));
      }
    }
    for (Path usual :
        List.of(Path.of("/etc/esnode", NAME), Home.of(environment).directory().resolve(NAME))) {
      if (Files.exists(usual)) {
        return read(usual, "default");
      }
    }
    return null;
  }

  /** The same file as it is now. */
  ConfigFile again() {
    return read(path, chosenBy);
  }

  /** Where an option of it stands. */
  String place(int line) {
    return path + ":" + line;
  }

  private static ConfigFile read(Path path, String chosenBy) {
    byte[] bytes;
    try {
      bytes = bytes(path);
    } catch (IOException e) {
      throw new CommandException(ExitCode.MALFORMED, "configuration %s".formatted(Reason.of(e)), e);
    }
    try {
      Toml.Table all = Toml.parse(text(path, bytes));
      return new ConfigFile(path, chosenBy, Sha256.hex(bytes), options(path, all));
    } catch (TomlException e) {
      throw wrong(path, e.line(), String.valueOf(e.getMessage()));
    }
  }

  private static Map<String, Toml> options(Path path, Toml.Table all) {
    Map<String, Toml> options = Map.of();
    for (Map.Entry<String, Toml> each : all.entries().entrySet()) {
      String name = each.getKey();
      if (!(each.getValue() instanceof Toml.Table table)) {
        throw wrong(
            path,
            each.getValue().line(),
            "%s: found outside of a table, expected it below a line [%s]".formatted(name, TABLE));
      }
      if (!name.equals(TABLE)) {
        throw wrong(
            path, table.line(), "found the table [%s], expected [%s]".formatted(name, TABLE));
      }
      options = table.entries();
    }
    return options;
  }

  private static byte[] bytes(Path path) throws IOException {
    if (path.toRealPath().equals(NOTHING)) {
      return new byte[0];
    }
    Map<String, Object> stat = Files.readAttributes(path, "unix:uid,mode,isRegularFile");
    if (!Boolean.TRUE.equals(stat.get("isRegularFile"))) {
      throw new IOException(path + ": not a file; name one, or /dev/null for none");
    }
    requireTrustworthy(
        path,
        ((Number) Objects.requireNonNull(stat.get("mode"))).intValue(),
        ((Number) Objects.requireNonNull(stat.get("uid"))).longValue(),
        user());
    try (InputStream in = Files.newInputStream(path)) {
      byte[] bytes = in.readNBytes(MOST_BYTES + 1);
      if (bytes.length > MOST_BYTES) {
        throw new IOException(
            "%s: larger than %d KiB, which no configuration is".formatted(path, MOST_BYTES >> 10));
      }
      return bytes;
    }
  }

  /**
   * Whoever may write it decides what runs with our rights.
   *
   * @param user who we are, 0 for root, -1 where it is not known
   */
  static void requireTrustworthy(Path path, int mode, long owner, long user) throws IOException {
    if ((mode & WRITABLE_BY_OTHERS) != 0) {
      throw new IOException(
          "%s: can be written by everybody, mode %o; make it yours alone: chmod o-w %s"
              .formatted(path, mode & 07777, path));
    }
    if (user == 0 && owner != 0) {
      throw new IOException(
          "%s: belongs to user %d, and root takes no orders from others; make it root's: chown root %s"
              .formatted(path, owner, path));
    }
  }

  /** Effective user id, -1 where the kernel does not say. */
  private static long user() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (Files.isReadable(status)) {
      for (String line : Files.readAllLines(status, StandardCharsets.ISO_8859_1)) {
        if (line.startsWith("Uid:")) {
          return Long.parseLong(line.substring(4).strip().split("\\s+", -1)[1]);
        }
      }
    }
    return -1;
  }

  private static String text(Path path, byte[] bytes) {
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer out = CharBuffer.allocate(bytes.length);
    if (decoder.decode(in, out, true).isError()) {
      int line = 1;
      for (int i = 0; i < in.position(); i++) {
        line += bytes[i] == '\n' ? 1 : 0;
      }
      throw wrong(path, line, "found bytes that are not UTF-8");
    }
    return out.flip().toString();
  }

  static CommandException wrong(Path path, int line, String message) {
    return new CommandException(ExitCode.MALFORMED, "%s:%d: %s".formatted(path, line, message));
  }
}
