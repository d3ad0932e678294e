package io.esnode.signer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** What an unsigned file looks like by its first and last bytes; says nothing about whether it is sound. */
enum ArtefactKind {
  PARQUET,
  PDF,
  HTML,
  JSON,
  OTHER;

  private static final int HEAD = 64;
  private static final String PARQUET_MAGIC = "PAR1";

  static ArtefactKind of(FileChannel file) throws IOException {
    String head = text(file, 0, HEAD);
    if (head.startsWith(PARQUET_MAGIC)
        && file.size() >= 12
        && text(file, file.size() - 4, 4).equals(PARQUET_MAGIC)) {
      return PARQUET;
    }
    String start = head.stripLeading().toLowerCase(Locale.ROOT);
    if (head.startsWith("%PDF-")) {
      return PDF;
    }
    if (start.startsWith("<!doctype html") || start.startsWith("<html")) {
      return HTML;
    }
    return start.startsWith("{") ? JSON : OTHER;
  }

  private static String text(FileChannel file, long position, int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    while (bytes.hasRemaining() && file.read(bytes, position + bytes.position()) >= 0) {
      // a read may stop short
    }
    return new String(bytes.array(), 0, bytes.position(), StandardCharsets.ISO_8859_1);
  }
}
