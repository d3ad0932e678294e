package io.esnode.source;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Arrays;

/**
 * Adds up the CPUs of each line of /proc/interrupts, see show_interrupts in kernel/irq/proc.c, into a text of lines
 * {@code NAME TOTAL}:
 *
 * <pre>
 *            CPU0       CPU1
 *  36:          0    3732082 PCI-MSIX-0000:00:02.0   1-edge      virtio1-req.0
 * LOC:    4969964    4954616   Local timer interrupts
 * ERR:          0
 * </pre>
 *
 * The text comes in pieces: with hundreds of CPUs and thousands of queues it is some MiB. Not thread-safe.
 */
final class InterruptTotals {
  /** Lines with a number for a name; one device can have hundreds. What is beyond is one line of its own. */
  static final int NUMBERED_LIMIT = 480;

  /** Lines with a word for a name; x86 has 27. */
  private static final int NAMED_LIMIT = 64;

  private static final byte[] CPU = "CPU".getBytes(US_ASCII);
  private static final byte[] OTHER = "other".getBytes(US_ASCII);
  private static final int NAME_BYTES = 32;

  /** A name, two blanks and a number of 63 bits. */
  private static final int LINE_BYTES = NAME_BYTES + 21;

  private final Lines lines = new Lines();
  private byte[] text = new byte[4096];
  private int length;
  private int cpus;
  private int numbered;
  private int named;
  private long other;
  private boolean otherFits;
  private long total;

  /** Starts a text anew. */
  void begin() {
    length = 0;
    cpus = -1;
    numbered = 0;
    named = 0;
    other = 0;
    otherFits = true;
  }

  /**
   * Takes the complete lines of the next piece.
   *
   * @return how many bytes of it are complete lines; the rest belongs to the piece after it
   */
  int take(byte[] piece, int count) {
    int taken = 0;
    lines.reset(piece, count);
    while (lines.next()) {
      int next = lines.end() + 1;
      if (cpus < 0) {
        cpus = header();
      } else {
        line(piece);
      }
      taken = next;
    }
    return taken;
  }

  /** Ends the text. */
  void end() {
    if (numbered > NUMBERED_LIMIT && otherFits) {
      append(OTHER, 0, OTHER.length, other);
    }
  }

  /** The totals are the first {@link #length()} bytes. */
  byte[] text() {
    return text;
  }

  int length() {
    return length;
  }

  private int header() {
    int count = 0;
    lines.skipSpaces();
    while (lines.skip(CPU)) {
      count++;
      lines.skipWord();
      lines.skipSpaces();
    }
    return count;
  }

  private void line(byte[] piece) {
    lines.skipSpaces();
    int start = lines.position();
    boolean number = lines.numberBefore(':');
    if (!number) {
      lines.position(start);
      lines.skipWord();
    }
    int colon = lines.position() - 1;
    if (colon <= start || piece[colon] != ':' || colon - start > NAME_BYTES || !sum()) {
      return;
    }
    if (number) {
      numbered++;
      if (numbered > NUMBERED_LIMIT) {
        otherFits &= total <= Long.MAX_VALUE - other;
        other += total;
      } else {
        append(piece, start, colon, total);
      }
    } else if (++named <= NAMED_LIMIT) {
      append(piece, start, colon, total);
    }
  }

  /** A line has a number for each CPU, or a single one and nothing else. */
  private boolean sum() {
    total = 0;
    int count = 0;
    while (count < cpus && lines.number()) {
      if (lines.value() > Long.MAX_VALUE - total) {
        return false;
      }
      total += lines.value();
      count++;
    }
    return count > 0 && (count == cpus || (count == 1 && lines.atEnd()));
  }

  private void append(byte[] bytes, int start, int end, long number) {
    if (length + LINE_BYTES > text.length) {
      text = Arrays.copyOf(text, 2 * text.length);
    }
    System.arraycopy(bytes, start, text, length, end - start);
    length += end - start;
    text[length++] = ' ';
    long left = number;
    int digits = 1;
    for (long power = number / 10; power > 0; power /= 10) {
      digits++;
    }
    for (int i = digits - 1; i >= 0; i--) {
      text[length + i] = (byte) ('0' + left % 10);
      left /= 10;
    }
    length += digits;
    text[length++] = '\n';
  }
}
