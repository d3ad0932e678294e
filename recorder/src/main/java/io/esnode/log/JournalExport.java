package io.esnode.log;

import io.esnode.kernel.PrintableText;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the journal's export format (systemd, JOURNAL_EXPORT_FORMATS): a line {@code NAME=value} for each field, an empty line
 * after each entry. A value with a line end or a control character in it comes as
 *
 * <pre>
 * | NAME \n | length, 64 bits little-endian | bytes | \n |
 * </pre>
 *
 * Values are kept up to a bound, and skipped beyond. Of a field that stands twice the first is kept. Not thread-safe.
 */
final class JournalExport {
  static final int VALUE_BYTES = 8 << 10;

  private static final int FIELDS = 256;
  private static final int NAME_BYTES = 64;
  private static final Pattern NAME = Pattern.compile("[A-Z0-9_]{1,64}");

  private final InputStream in;
  private byte[] value = new byte[256];

  /** @param in is read byte by byte: buffered */
  JournalExport(InputStream in) {
    this.in = in;
  }

  /**
   * Waits for the next entry.
   *
   * @return null at the end
   * @throws IOException if what comes is not the format, or ends in the middle of an entry
   */
  @Nullable
  JournalEntry next() throws IOException {
    Map<String, String> fields = new HashMap<>();
    boolean any = false;
    while (true) {
      int first = in.read();
      if (first < 0) {
        if (any) {
          throw new EOFException("the journal's export ended in the middle of an entry");
        }
        return null;
      }
      if (first == '\n') {
        if (any) {
          return new JournalEntry(fields);
        }
        continue;
      }
      any = true;
      field(first, fields);
    }
  }

  private void field(int first, Map<String, String> fields) throws IOException {
    byte[] name = new byte[NAME_BYTES];
    int length = 0;
    int b = first;
    while (b != '=' && b != '\n') {
      if (length == NAME_BYTES) {
        throw new IOException("the journal's export has a field name of more than 64 bytes");
      }
      name[length++] = (byte) b;
      b = byteOf();
    }
    String key = new String(name, 0, length, StandardCharsets.ISO_8859_1);
    if (!NAME.matcher(key).matches()) {
      throw new IOException("the journal's export has a field whose name is none");
    }
    String text = b == '=' ? line() : binary();
    if (fields.size() < FIELDS) {
      fields.putIfAbsent(key, text);
    }
  }

  private String line() throws IOException {
    int length = 0;
    for (int b = byteOf(); b != '\n'; b = byteOf()) {
      length = add(b, length);
    }
    return text(length);
  }

  private String binary() throws IOException {
    long size = 0;
    for (int i = 0; i < Long.BYTES; i++) {
      size |= (long) byteOf() << (8 * i);
    }
    if (size < 0) {
      throw new IOException("the journal's export has a field of 2^63 bytes or more");
    }
    int length = 0;
    for (long i = 0; i < size; i++) {
      length = add(byteOf(), length);
    }
    if (byteOf() != '\n') {
      throw new IOException("the journal's export has a field that is longer than it says");
    }
    return text(length);
  }

  private int byteOf() throws IOException {
    int b = in.read();
    if (b < 0) {
      throw new EOFException("the journal's export ended in the middle of an entry");
    }
    return b;
  }

  private int add(int b, int length) {
    if (length == VALUE_BYTES) {
      return length;
    }
    if (length == value.length) {
      value = Arrays.copyOf(value, Math.min(VALUE_BYTES, 2 * length));
    }
    value[length] = (byte) b;
    return length + 1;
  }

  private String text(int length) {
    return PrintableText.of(value, 0, length);
  }
}
