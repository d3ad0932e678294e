package io.esnode.web;

import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** The head of an answer: RFC 9112 sections 2 to 5, bounded. */
final class HeadLines {
  private static final int LONGEST_LINE = 8 << 10;
  private static final int MOST_HEADERS = 100;

  private HeadLines() {}

  /** The status of {@code HTTP/1.1 200 OK}. */
  static int status(String line) throws HttpException {
    if (!line.matches("HTTP/1\\.[01] [1-5][0-9]{2}( .*)?")) {
      throw new HttpException("no HTTP answer");
    }
    return Integer.parseInt(line.substring(9, 12));
  }

  static String statusLine(InputStream in) throws IOException {
    return line(in, LONGEST_LINE);
  }

  /** By name in lower case; of a name that is there twice the first counts, and lengths must not differ. */
  static Map<String, String> headers(InputStream in) throws IOException {
    Map<String, String> headers = new HashMap<>();
    for (int i = 0; i <= MOST_HEADERS; i++) {
      String line = line(in, LONGEST_LINE);
      if (line.isEmpty()) {
        return headers;
      }
      int colon = line.indexOf(':');
      if (colon <= 0) {
        throw new HttpException("a header without a name");
      }
      String name = line.substring(0, colon).toLowerCase(Locale.ROOT);
      String value = line.substring(colon + 1).strip();
      String before = headers.putIfAbsent(name, value);
      if (before != null && name.equals("content-length") && !before.equals(value)) {
        throw new HttpException("two lengths of one answer");
      }
    }
    throw new HttpException("more than %d headers".formatted(MOST_HEADERS));
  }

  /** A line without its end; bytes beyond ASCII as in ISO 8859-1. */
  static String line(InputStream in, int most) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        throw new HttpException("the connection ended inside the answer's head");
      }
      if (line.length() == most) {
        throw new HttpException(
            "a line of more than %d bytes in the answer's head".formatted(most));
      }
      line.append((char) b);
    }
    int length = line.length();
    return length > 0 && line.charAt(length - 1) == '\r'
        ? line.substring(0, length - 1)
        : line.toString();
  }
}
