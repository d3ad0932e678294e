package io.esnode.witness;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/**
 * A syslog server: RFC 5424 messages, one in a UDP datagram (RFC 5426), or over TCP with octet counting (RFC 6587), a
 * connection for each. Syslog acknowledges nothing. Stateless, thread-safe.
 */
public final class SyslogWitness implements Witness {
  /** Facility 13 (log audit), severity 5 (notice). */
  private static final int PRIORITY = 13 * 8 + 5;

  private static final int TIMEOUT_MILLIS = 5000;
  private static final int MAX_HOSTNAME = 255;

  private final String host;
  private final int port;
  private final boolean tcp;
  private final String node;

  /** @param node stands for the sender's host name, as it does in the rows */
  public SyslogWitness(String host, int port, boolean tcp, String node) {
    this.host = host;
    this.port = port;
    this.tcp = tcp;
    this.node = node;
  }

  @Override
  public String kind() {
    return tcp ? "syslog over TCP" : "syslog over UDP";
  }

  @Override
  public String name() {
    return "%s://%s:%d".formatted(tcp ? "syslog+tcp" : "syslog", host, port);
  }

  @Override
  public String acknowledgement() {
    return tcp ? "received by its host, not acknowledged" : "sent, not acknowledged";
  }

  @Override
  public void tell(String line) throws IOException {
    byte[] message = message(node, line).getBytes(StandardCharsets.US_ASCII);
    InetSocketAddress address = new InetSocketAddress(host, port);
    if (address.isUnresolved()) {
      throw new IOException("the name of the host is not known");
    }
    if (tcp) {
      stream(address, message);
    } else {
      try (DatagramChannel channel = DatagramChannel.open()) {
        channel.send(ByteBuffer.wrap(message), address);
      }
    }
  }

  /** The other side closes when it has read the end: then its kernel has all of it. */
  private static void stream(InetSocketAddress address, byte[] message) throws IOException {
    try (SocketChannel channel = SocketChannel.open()) {
      channel.socket().connect(address, TIMEOUT_MILLIS);
      channel.socket().setSoTimeout(TIMEOUT_MILLIS);
      OutputStream out = channel.socket().getOutputStream();
      out.write((message.length + " ").getBytes(StandardCharsets.US_ASCII));
      out.write(message);
      channel.shutdownOutput();
      if (channel.socket().getInputStream().read() >= 0) {
        throw new IOException("the server answers, and syslog does not");
      }
    }
  }

  /** {@code <109>1 TIMESTAMP HOSTNAME esnode - seal - LINE}; the time is the one in the line. */
  static String message(String node, String line) {
    return "<%d>1 %s %s esnode - seal - %s"
        .formatted(PRIORITY, line.split(" ", 5)[3], hostname(node), line);
  }

  /** PRINTUSASCII, at most 255. */
  private static String hostname(String node) {
    StringBuilder name = new StringBuilder();
    for (int i = 0; i < Math.min(node.length(), MAX_HOSTNAME); i++) {
      char c = node.charAt(i);
      name.append(c > ' ' && c < 0x7f ? c : '_');
    }
    return name.isEmpty() ? "-" : name.toString();
  }
}
