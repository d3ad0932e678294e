package io.esnode.kernel;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Text of a log record in which nothing hides: the kernel writes bytes outside printable ASCII and the backslash as
 * {@code \xNN}; of these, those that spell a visible UTF-8 character are read, the others stay as they are. So an escape
 * sequence, a bidi override, a NUL or broken UTF-8 is kept as evidence and harms no terminal.
 */
public final class PrintableText {
  private static final int ESCAPE_LENGTH = 4;

  private PrintableText() {}

  /** Of the bytes from {@code from} to {@code to}, whether the kernel escaped them or not. */
  public static String of(byte[] bytes, int from, int to) {
    StringBuilder text = new StringBuilder(to - from);
    ByteArrayOutputStream run = new ByteArrayOutputStream();
    int at = from;
    while (at < to) {
      int escaped = escaped(bytes, at, to);
      if (escaped >= 0x80) {
        run.write(escaped);
        at += ESCAPE_LENGTH;
      } else if ((bytes[at] & 0x80) != 0) {
        run.write(bytes[at++]);
      } else {
        flush(run, text);
        char c = (char) bytes[at++];
        if (c < ' ' || c == 0x7f) {
          escape(c, text);
        } else {
          text.append(c);
        }
      }
    }
    flush(run, text);
    return text.toString();
  }

  /** Of a text that may hold anything. */
  public static String of(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return of(bytes, 0, bytes.length);
  }

  /** The byte that an escape at this place stands for; -1 where there is none. */
  private static int escaped(byte[] bytes, int at, int to) {
    if (at + ESCAPE_LENGTH > to || bytes[at] != '\\' || bytes[at + 1] != 'x') {
      return -1;
    }
    int high = Character.digit(bytes[at + 2], 16);
    int low = Character.digit(bytes[at + 3], 16);
    return high < 0 || low < 0 ? -1 : high << 4 | low;
  }

  private static void flush(ByteArrayOutputStream run, StringBuilder text) {
    if (run.size() == 0) {
      return;
    }
    byte[] bytes = run.toByteArray();
    run.reset();
    try {
      String decoded = StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .decode(ByteBuffer.wrap(bytes))
          .toString();
      decoded.codePoints().forEach(c -> append(c, text));
    } catch (CharacterCodingException e) {
      // Not UTF-8: the bytes themselves are what is known.
      for (byte b : bytes) {
        escape(b & 0xff, text);
      }
    }
  }

  private static void append(int codePoint, StringBuilder text) {
    if (visible(codePoint)) {
      text.appendCodePoint(codePoint);
      return;
    }
    for (byte b : Character.toString(codePoint).getBytes(StandardCharsets.UTF_8)) {
      escape(b & 0xff, text);
    }
  }

  private static boolean visible(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.PRIVATE_USE,
          Character.SURROGATE,
          Character.UNASSIGNED -> false;
      default -> true;
    };
  }

  private static void escape(int b, StringBuilder text) {
    text.append("\\x")
        .append(Character.forDigit(b >> 4, 16))
        .append(Character.forDigit(b & 15, 16));
  }
}
