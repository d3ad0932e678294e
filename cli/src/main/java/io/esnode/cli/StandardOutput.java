package io.esnode.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Standard output that remembers why it could not be written: {@link System#out} and {@link java.io.PrintWriter} forget, and
 * an answer that nobody got must not end with status 0. Not thread-safe.
 */
final class StandardOutput extends OutputStream {
  private final OutputStream out;
  private @Nullable IOException failure;

  StandardOutput() {
    this(new FileOutputStream(FileDescriptor.out));
  }

  StandardOutput(OutputStream out) {
    this.out = out;
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    try {
      out.write(bytes, offset, length);
    } catch (IOException e) {
      failure = failure == null ? e : failure;
      throw e;
    }
  }

  /** Why it could not be written; null if it could, or if the reader had enough ({@code | head}). */
  @Nullable
  String failure() {
    IOException e = failure;
    return e == null || "Broken pipe".equals(e.getMessage())
        ? null
        : String.valueOf(e.getMessage());
  }
}
