package io.esnode.seal;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a witness kept: any text, in which lines of esnode's stand between others. Memory is bounded, whatever it holds.
 * Immutable, thread-safe.
 *
 * @param name of the file
 * @param lines those about the recordings that were asked for, in file order
 * @param malformed lines that begin as one of ours and go on otherwise
 * @param truncated whether there were more than are looked at
 */
public record WitnessFile(String name, List<WitnessLine> lines, long malformed, boolean truncated) {
  /** A year at one seal a minute, twice. */
  static final int MAX_LINES = 1 << 20;

  public WitnessFile {
    lines = List.copyOf(lines);
  }

  /**
   * Reads one.
   *
   * @param recordings whose lines are wanted
   */
  public static WitnessFile read(Path file, Set<String> recordings) throws IOException {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
      return read(String.valueOf(file.getFileName()), in, recordings);
    }
  }

  static WitnessFile read(String name, InputStream in, Set<String> recordings) throws IOException {
    List<WitnessLine> lines = new ArrayList<>();
    long malformed = 0;
    boolean truncated = false;
    byte[] line = new byte[WitnessLine.MAX_CHARS + 1];
    for (String text = next(in, line); text != null; text = next(in, line)) {
      WitnessLine parsed = WitnessLine.isMeant(text) ? WitnessLine.parse(text) : null;
      if (parsed == null) {
        malformed += WitnessLine.isMeant(text) ? 1 : 0;
      } else if (recordings.contains(parsed.recordingId())) {
        if (lines.size() >= MAX_LINES) {
          truncated = true;
          break;
        }
        lines.add(parsed);
      }
    }
    return new WitnessFile(name, lines, malformed, truncated);
  }

  /** What does not fit the buffer is left out; a line that is too long is not one of ours. Null at the end. */
  private static @Nullable String next(InputStream in, byte[] line) throws IOException {
    int length = 0;
    int read = in.read();
    if (read < 0) {
      return null;
    }
    while (read >= 0 && read != '\n') {
      if (length < line.length) {
        line[length++] = (byte) read;
      }
      read = in.read();
    }
    return new String(line, 0, length, StandardCharsets.ISO_8859_1);
  }
}
