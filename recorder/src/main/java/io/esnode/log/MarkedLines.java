package io.esnode.log;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Finds the lines that begin with a mark in bytes that come in pieces; {@code srun --label} may have put a task's number before
 * it. Other lines are not copied, whatever their length. Not thread-safe.
 */
final class MarkedLines {
  /** Longer lines are left out. */
  static final int LINE_BYTES = 8 << 10;

  private static final int LABEL_DIGITS = 6;

  private final byte[] mark;
  private final Taker taker;
  private final byte[] line = new byte[LINE_BYTES];
  private State state = State.LABEL;
  private int length;
  private int digits;
  private int matched;
  private long at;
  private long lineAt;

  private enum State {
    /** At the beginning of a line, or in the number before the mark. */
    LABEL,
    BLANK,
    MARK,
    CONTENT,
    /** A line that is none of ours. */
    OTHER
  }

  /** Hears of lines. */
  interface Taker {
    /**
     * A line without its mark.
     *
     * @param content null where it is too long
     * @param at where in all the bytes it begins
     */
    void line(byte @Nullable [] content, long at);
  }

  MarkedLines(String mark, Taker taker) {
    this.mark = mark.getBytes(StandardCharsets.US_ASCII);
    this.taker = taker;
  }

  void take(byte[] bytes, int count) {
    for (int i = 0; i < count; i++) {
      byte b = bytes[i];
      if (b == '\n') {
        end();
        lineAt = at + i + 1;
      } else if (state == State.CONTENT) {
        if (length < LINE_BYTES) {
          line[length] = b;
        }
        length = Math.min(length + 1, LINE_BYTES + 1);
      } else if (state != State.OTHER) {
        state = next(b);
      }
    }
    at += count;
  }

  private State next(byte b) {
    if (state == State.LABEL && b >= '0' && b <= '9') {
      return digits++ < LABEL_DIGITS ? State.LABEL : State.OTHER;
    }
    if (state == State.LABEL && digits > 0) {
      return b == ':' ? State.BLANK : State.OTHER;
    }
    if (state == State.BLANK) {
      return b == ' ' ? State.MARK : State.OTHER;
    }
    if (b != mark[matched]) {
      return State.OTHER;
    }
    matched++;
    return matched == mark.length ? State.CONTENT : State.MARK;
  }

  private void end() {
    if (state == State.CONTENT) {
      taker.line(length > LINE_BYTES ? null : Arrays.copyOf(line, length), lineAt);
    }
    state = State.LABEL;
    length = 0;
    digits = 0;
    matched = 0;
  }

  /** There is no more: a last line without its newline counts as well. */
  void finish() {
    end();
  }
}
