package io.esnode.web;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * Asks HTTP/1.1 servers: one GET on one connection, no proxy, no redirect followed, no compression, no cookie, and an end that
 * holds whatever the server does, since a thread of its own closes the socket. The JDK's clients wait for a head that drips.
 * Thread-safe.
 */
public final class Web {
  private static final int BUFFER_BYTES = 16 << 10;

  private final ScheduledThreadPoolExecutor deadlines;
  private final SSLSocketFactory tls;

  /** @param tls decides whom to believe, see {@link Trust} */
  public Web(SSLSocketFactory tls) {
    this.tls = tls;
    this.deadlines = new ScheduledThreadPoolExecutor(1, work -> {
      Thread thread = new Thread(work, "http-deadlines");
      thread.setDaemon(true);
      return thread;
    });
    deadlines.setRemoveOnCancelPolicy(true);
  }

  /**
   * Asks; the answer's head has come when this returns.
   *
   * @throws HttpException in words that name no header and no address
   */
  public Response open(Request request) throws HttpException {
    Connection connection = new Connection();
    Duration whole = request.whole();
    if (whole != null) {
      connection.closeAfter(whole);
    }
    try {
      InputStream in = connection.send(request);
      int status = HeadLines.status(HeadLines.statusLine(in));
      Map<String, String> headers = HeadLines.headers(in);
      while (status < 200) {
        status = HeadLines.status(HeadLines.statusLine(in));
        headers = HeadLines.headers(in);
      }
      return new Response(
          status, headers, connection.explaining(body(status, headers, in)), connection);
    } catch (IOException | RuntimeException e) {
      connection.close();
      throw connection.explained(e);
    }
  }

  private static InputStream body(int status, Map<String, String> headers, InputStream in)
      throws HttpException {
    String coding = headers.getOrDefault("transfer-encoding", "").toLowerCase(Locale.ROOT);
    String length = headers.get("content-length");
    if (!headers.getOrDefault("content-encoding", "identity").equalsIgnoreCase("identity")
        || !(coding.isEmpty() || coding.equals("chunked"))) {
      throw new HttpException("an encoding that was not asked for");
    }
    if (status == 204 || status == 304) {
      return Body.of(in, 0);
    }
    if (!coding.isEmpty()) {
      return Body.chunked(in);
    }
    if (length == null) {
      return Body.untilTheEnd(in);
    }
    if (!length.matches("[0-9]{1,15}")) {
      throw new HttpException("a length that is no number");
    }
    return Body.of(in, Long.parseLong(length));
  }

  /** One socket, and why it was closed. */
  private final class Connection implements Closeable {
    private final Socket socket = new Socket();
    private final AtomicBoolean late = new AtomicBoolean();
    private @Nullable ScheduledFuture<?> deadline;

    private void closeAfter(Duration whole) {
      deadline = deadlines.schedule(
          () -> {
            late.set(true);
            quietly(socket);
          },
          whole.toNanos(),
          TimeUnit.NANOSECONDS);
    }

    private InputStream send(Request request) throws IOException {
      String host = request.uri().getHost();
      String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
      InetSocketAddress address = new InetSocketAddress(bare, request.port());
      if (address.isUnresolved()) {
        throw new UnknownHostException();
      }
      int idle = (int) Math.max(1, Math.min(request.idle().toMillis(), Integer.MAX_VALUE));
      socket.connect(address, idle);
      socket.setSoTimeout(idle);
      Socket to = request.isTls() ? secured(bare, request.port()) : socket;
      StringBuilder head = new StringBuilder("GET ")
          .append(request.target())
          .append(" HTTP/1.1\r\nHost: ")
          .append(host)
          .append(request.uri().getPort() >= 0 ? ":" + request.uri().getPort() : "")
          .append("\r\nConnection: close\r\nUser-Agent: esnode\r\nAccept-Encoding: identity\r\n");
      request
          .headers()
          .forEach((name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
      to.getOutputStream()
          .write(head.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII));
      to.getOutputStream().flush();
      return new BufferedInputStream(to.getInputStream(), BUFFER_BYTES);
    }

    private Socket secured(String host, int port) throws IOException {
      SSLSocket secured = (SSLSocket) tls.createSocket(socket, host, port, true);
      SSLParameters parameters = secured.getSSLParameters();
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
      secured.setSSLParameters(parameters);
      secured.startHandshake();
      return secured;
    }

    private InputStream explaining(InputStream body) {
      return new InputStream() {
        @Override
        public int read() throws IOException {
          try {
            return body.read();
          } catch (IOException e) {
            throw explained(e);
          }
        }

        @Override
        public int read(byte[] to, int offset, int length) throws IOException {
          try {
            return body.read(to, offset, length);
          } catch (IOException e) {
            throw explained(e);
          }
        }
      };
    }

    private HttpException explained(Exception e) {
      if (late.get()) {
        return new HttpException("no whole answer in time", e);
      }
      if (e instanceof HttpException said) {
        return said;
      }
      if (e instanceof SocketTimeoutException) {
        return new HttpException("no answer in time", e);
      }
      if (e instanceof UnknownHostException) {
        return new HttpException("the host's name is not known", e);
      }
      if (e instanceof SSLException) {
        return new HttpException("TLS: " + cause(e), e);
      }
      return new HttpException(String.valueOf(e.getMessage()), e);
    }

    /** The innermost words: which certificate is missing, or which name does not fit. */
    private static String cause(Throwable e) {
      Throwable inner = e;
      while (inner.getCause() != null) {
        inner = inner.getCause();
      }
      return String.valueOf(inner.getMessage());
    }

    @Override
    public void close() {
      ScheduledFuture<?> pending = deadline;
      if (pending != null) {
        pending.cancel(false);
      }
      // Not through TLS: its orderly end would wait for the peer.
      quietly(socket);
    }
  }

  private static void quietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // Nobody is left to whom it matters.
      return;
    }
  }
}
