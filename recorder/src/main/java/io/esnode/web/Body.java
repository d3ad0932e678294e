package io.esnode.web;

import java.io.IOException;
import java.io.InputStream;

/** The body of an answer, by its length, in chunks (RFC 9112 section 7.1), or until the connection ends. Not thread-safe. */
final class Body extends InputStream {
  private static final int LONGEST_CHUNK_LINE = 256;
  private static final int MOST_TRAILERS = 64;
  private static final long UNTIL_THE_END = Long.MAX_VALUE;

  private final InputStream in;
  private final boolean chunked;
  private long left;
  private boolean first = true;
  private boolean over;

  private Body(InputStream in, boolean chunked, long left) {
    this.in = in;
    this.chunked = chunked;
    this.left = left;
  }

  static Body chunked(InputStream in) {
    return new Body(in, true, 0);
  }

  static Body of(InputStream in, long length) {
    return new Body(in, false, length);
  }

  static Body untilTheEnd(InputStream in) {
    return new Body(in, false, UNTIL_THE_END);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] to, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (chunked && left == 0 && !over) {
      nextChunk();
    }
    if (over || left == 0) {
      return -1;
    }
    int count = in.read(to, offset, (int) Math.min(length, left));
    if (count < 0) {
      if (left == UNTIL_THE_END) {
        over = true;
        return -1;
      }
      throw new HttpException("the connection ended inside the answer");
    }
    left -= left == UNTIL_THE_END ? 0 : count;
    return count;
  }

  private void nextChunk() throws IOException {
    if (!first && !HeadLines.line(in, LONGEST_CHUNK_LINE).isEmpty()) {
      throw new HttpException("a chunk of the answer is longer than it says");
    }
    first = false;
    String line = HeadLines.line(in, LONGEST_CHUNK_LINE);
    int end = line.indexOf(';');
    String size = (end < 0 ? line : line.substring(0, end)).strip();
    if (!size.matches("\\p{XDigit}{1,8}")) {
      throw new HttpException("a chunk of the answer has no length");
    }
    left = Long.parseLong(size, 16);
    if (left == 0) {
      over = true;
      for (int i = 0; !HeadLines.line(in, LONGEST_CHUNK_LINE).isEmpty(); i++) {
        if (i == MOST_TRAILERS) {
          throw new HttpException("too many trailers");
        }
      }
    }
  }
}
