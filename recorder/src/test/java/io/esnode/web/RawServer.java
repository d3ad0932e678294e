package io.esnode.web;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.LockSupport;

/** A server that sends what it is told to, an answer or not. */
public final class RawServer implements Closeable {
  private final ServerSocket server;

  /** What is done with a connection; when it returns the connection ends. */
  public interface Manners {
    void serve(OutputStream to) throws IOException;
  }

  public RawServer(Manners manners) throws IOException {
    server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    Thread thread = new Thread(
        () -> {
          while (!server.isClosed()) {
            serve(manners);
          }
        },
        "raw-server");
    thread.setDaemon(true);
    thread.start();
  }

  private void serve(Manners manners) {
    try (Socket client = server.accept()) {
      byte[] request = new byte[4096];
      if (client.getInputStream().read(request) > 0) {
        manners.serve(client.getOutputStream());
      }
    } catch (IOException e) {
      // The client has had enough.
      return;
    }
  }

  /** Sends the same text to everybody. */
  public static RawServer saying(String text) throws IOException {
    return new RawServer(to -> to.write(text.getBytes(StandardCharsets.ISO_8859_1)));
  }

  /** Sends a byte now and then and never comes to an end. */
  public static RawServer dripping(String text) throws IOException {
    return new RawServer(to -> {
      to.write(text.getBytes(StandardCharsets.ISO_8859_1));
      while (true) {
        to.write('x');
        to.flush();
        LockSupport.parkNanos(20_000_000);
      }
    });
  }

  public URI uri() {
    return URI.create("http://127.0.0.1:%d/metrics".formatted(server.getLocalPort()));
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
