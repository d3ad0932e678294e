package io.esnode.web;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.Map;

/** The head of an answer, and its body as it comes. Not thread-safe. */
public final class Response implements Closeable {
  private final int status;
  private final Map<String, String> headers;
  private final InputStream body;
  private final Closeable connection;

  Response(int status, Map<String, String> headers, InputStream body, Closeable connection) {
    this.status = status;
    this.headers = Map.copyOf(headers);
    this.body = body;
    this.connection = connection;
  }

  public int status() {
    return status;
  }

  /** The value; empty where there is none. */
  public String header(String name) {
    return headers.getOrDefault(name.toLowerCase(Locale.ROOT), "");
  }

  /** Fails where the connection ends before the body does. */
  public InputStream body() {
    return body;
  }

  /**
   * All of the body.
   *
   * @throws HttpException if there are more bytes than that
   */
  public byte[] bytes(int most) throws IOException {
    byte[] bytes = body.readNBytes(most + 1);
    if (bytes.length > most) {
      throw new HttpException("more than %d bytes".formatted(most));
    }
    return bytes;
  }

  @Override
  public void close() throws IOException {
    connection.close();
  }
}
