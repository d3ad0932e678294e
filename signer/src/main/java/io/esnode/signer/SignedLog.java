package io.esnode.signer;

import io.esnode.bundle.AtomicFile;
import io.esnode.bundle.Sha256;
import io.esnode.json.Json;
import io.esnode.json.JsonException;
import io.esnode.signature.ExitCode;
import io.esnode.signature.ReasonCode;
import io.esnode.signature.Signer;
import io.esnode.signature.Verdict;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A file of signed lines ({@code docs/format/sidecar.md}): each is a sidecar, and the predicate of its statement names the line
 * before.
 *
 * <pre>
 * "previous_sha256": hex SHA-256 of the line before without its line feed, null in the first
 * "sequence":        0, 1, 2 …
 * "torn":            {"bytes":N,"sha256":HEX} of what stood after the last whole line, where something did
 * </pre>
 *
 * What was cut off at the end cannot be missed from the file alone. Immutable, thread-safe.
 */
public final class SignedLog {
  /** A line is about 2 KiB; a hundred thousand of them are many. */
  static final int MAX_BYTES = 256 << 20;

  private static final int MAX_LINE = 64 << 10;

  private static final byte LINE_FEED = '\n';

  /**
   * One line.
   *
   * @param sequence its place, from 0
   * @param sha256 of the line without its line feed
   * @param verdict who signed it; its checks begin with the line's place in the chain
   */
  public record Line(long sequence, String sha256, Verdict verdict) {}

  private final Path file;
  private final List<Line> lines;
  private final List<Verdict.Check> checks;

  private SignedLog(Path file, List<Line> lines, List<Verdict.Check> checks) {
    this.file = file;
    this.lines = List.copyOf(lines);
    this.checks = List.copyOf(checks);
  }

  /**
   * Reads and verifies.
   *
   * @param verifier of the lines' predicate type
   */
  public static SignedLog read(Path file, SidecarVerifier verifier) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return of(file, bytes(file, channel), verifier);
    }
  }

  static SignedLog of(Path file, byte[] bytes, SidecarVerifier verifier) {
    List<Line> lines = new ArrayList<>();
    List<Verdict.Check> checks = new ArrayList<>();
    String previous = null;
    int start = 0;
    for (int end = lineFeed(bytes, start); end >= 0; end = lineFeed(bytes, start)) {
      byte[] line = Arrays.copyOfRange(bytes, start, end);
      Line read = line(lines.size(), line, previous, verifier);
      lines.add(read);
      previous = read.sha256();
      start = end + 1;
    }
    if (start < bytes.length) {
      checks.add(new Verdict.Check(
          ReasonCode.STREAM_MISSING,
          false,
          "%d bytes stand after line %d: an entry that was being written, or that was cut off; the next entry says what they were"
              .formatted(bytes.length - start, lines.size())));
    }
    return new SignedLog(file, lines, checks);
  }

  private static int lineFeed(byte[] bytes, int from) {
    for (int i = from; i < bytes.length; i++) {
      if (bytes[i] == LINE_FEED) {
        return i;
      }
    }
    return -1;
  }

  private static Line line(
      int sequence, byte[] bytes, @Nullable String previous, SidecarVerifier verifier) {
    String name = "line %d".formatted(sequence + 1);
    Verdict signed = bytes.length > MAX_LINE
        ? verifier.verifyStatement(name, new byte[0])
        : verifier.verifyStatement(name, bytes);
    List<Verdict.Check> checks = new ArrayList<>();
    Json.Obj statement = signed.statement();
    if (statement != null) {
      checks.add(place(sequence, previous, statement));
    }
    checks.addAll(signed.checks());
    return new Line(sequence, Sha256.hex(bytes), with(signed, checks));
  }

  private static Verdict.Check place(int sequence, @Nullable String previous, Json.Obj statement) {
    try {
      Json.Obj predicate = statement.obj("predicate");
      String named = predicate.textOrNull("previous_sha256");
      long place = predicate.integer("sequence");
      boolean holds =
          place == sequence && (previous == null ? named == null : previous.equals(named));
      return new Verdict.Check(
          ReasonCode.STREAM_BROKEN,
          holds,
          holds
              ? "chain: entry %d, after the line that it names".formatted(place)
              : "chain: entry %d stands in line %d after SHA-256 %s, and names %s: entries were cut out, exchanged or reordered"
                  .formatted(place, sequence + 1, previous, Excerpt.of(named)));
    } catch (JsonException e) {
      return new Verdict.Check(
          ReasonCode.SIDECAR_MALFORMED, false, "chain: %s".formatted(e.getMessage()));
    }
  }

  @SuppressWarnings("NullAway") // javac 17 drops the @Nullable of Verdict's components
  private static Verdict with(Verdict verdict, List<Verdict.Check> checks) {
    return new Verdict(
        verdict.name(),
        verdict.sha256(),
        verdict.trust(),
        checks,
        verdict.notPerformed(),
        verdict.signer(),
        verdict.trusted(),
        verdict.time(),
        verdict.statement());
  }

  /**
   * Adds a line, durable when this returns; two processes wait for one another. Whole lines stay as they are, whatever they hold. What
   * stands after the last of them is replaced, and the new line says what it was.
   *
   * @param predicate without the members that this class adds
   * @return hex SHA-256 of the new line
   */
  public static String append(
      Path file,
      Signer by,
      String subjectName,
      String subjectSha256,
      String predicateType,
      Json.Builder predicate)
      throws IOException {
    boolean made = !Files.exists(file, LinkOption.NOFOLLOW_LINKS);
    try (FileChannel channel = FileChannel.open(
        file,
        StandardOpenOption.CREATE,
        StandardOpenOption.READ,
        StandardOpenOption.WRITE,
        LinkOption.NOFOLLOW_LINKS)) {
      channel.lock();
      byte[] bytes = bytes(file, channel);
      int start = 0;
      int sequence = 0;
      String previous = null;
      for (int end = lineFeed(bytes, start); end >= 0; end = lineFeed(bytes, start)) {
        previous = Sha256.hex(Arrays.copyOfRange(bytes, start, end));
        sequence++;
        start = end + 1;
      }
      predicate.put("sequence", sequence).put("previous_sha256", previous);
      if (start < bytes.length) {
        predicate.put("torn", torn(Arrays.copyOfRange(bytes, start, bytes.length)));
      }
      byte[] line = by.sign(subjectName, subjectSha256, predicateType, predicate.build());
      if (line.length > MAX_LINE) {
        throw new IOException(
            "%s: an entry of %d bytes, expected at most %d".formatted(file, line.length, MAX_LINE));
      }
      channel.truncate(start);
      write(channel, line, start);
      channel.force(true);
      Path directory = file.toAbsolutePath().getParent();
      if (made && directory != null) {
        AtomicFile.syncDirectory(directory);
      }
      return Sha256.hex(line);
    }
  }

  private static Json.Obj torn(byte[] bytes) {
    return Json.object()
        .put("bytes", bytes.length)
        .put("sha256", Sha256.hex(bytes))
        .build();
  }

  private static void write(FileChannel channel, byte[] line, long position) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(line.length + 1);
    buffer.put(line).put(LINE_FEED).flip();
    while (buffer.hasRemaining()) {
      channel.write(buffer, position + buffer.position());
    }
  }

  private static byte[] bytes(Path file, FileChannel channel) throws IOException {
    if (channel.size() > MAX_BYTES) {
      throw new IOException(
          "%s: %d bytes, a log has at most %d".formatted(file, channel.size(), MAX_BYTES));
    }
    ByteBuffer bytes = ByteBuffer.allocate((int) channel.size());
    while (bytes.hasRemaining()) {
      if (channel.read(bytes, bytes.position()) < 0) {
        throw new IOException(file + ": became shorter while it was read");
      }
    }
    return bytes.array();
  }

  /** Whether the file was this one when it had fewer lines, or is it still. */
  public static boolean beganAs(Path file, String sha256) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      byte[] bytes = bytes(file, channel);
      MessageDigest digest = Sha256.digest();
      int start = 0;
      for (int end = lineFeed(bytes, start); end >= 0; end = lineFeed(bytes, start)) {
        digest.update(bytes, start, end + 1 - start);
        start = end + 1;
        if (HexFormat.of().formatHex(((MessageDigest) digest.clone()).digest()).equals(sha256)) {
          return true;
        }
      }
      return false;
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException("every Java platform can copy a SHA-256", e);
    }
  }

  public Path file() {
    return file;
  }

  public List<Line> lines() {
    return lines;
  }

  /** Of the file as a whole; those of a line stand with the line. */
  public List<Verdict.Check> checks() {
    return checks;
  }

  public int exit() {
    int exit = ExitCode.OK;
    for (Verdict.Check check : checks) {
      exit = ExitCode.worst(exit, check.passed() ? ExitCode.OK : check.reason().exit());
    }
    for (Line line : lines) {
      exit = ExitCode.worst(exit, line.verdict().exit());
    }
    return exit;
  }
}
