package io.esnode.witness;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real files and real sockets of this machine. */
class WitnessTest {
  private static final String LINE =
      "esnode-seal/1 01993f6e-0000-7000-8000-000000000001 17 2026-09-21T14:13:20.123456Z - aa bb";
  private static final String MESSAGE =
      "<109>1 2026-09-21T14:13:20.123456Z n-01 esnode - seal - " + LINE;

  @TempDir
  Path dir;

  @Test
  void fileGrowsByOneLine() throws IOException {
    Path file = Files.writeString(dir.resolve("w"), "before\n");
    FileWitness witness = new FileWitness(file);

    witness.tell(LINE);
    witness.tell(LINE);

    assertThat(file).hasContent("before\n" + LINE + "\n" + LINE + "\n");
  }

  @Test
  void fileThatCannotBeWrittenIsNotReached() {
    FileWitness witness = new FileWitness(dir.resolve("not/there"));

    assertThatThrownBy(() -> witness.tell(LINE)).isInstanceOf(IOException.class);
  }

  @Test
  void datagramHoldsOneSyslogMessage() throws IOException {
    try (DatagramSocket server =
        new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
      server.setSoTimeout(10_000);
      DatagramPacket packet = new DatagramPacket(new byte[2048], 2048);

      udp(server.getLocalPort()).tell(LINE);
      server.receive(packet);

      assertThat(new String(Arrays.copyOf(packet.getData(), packet.getLength()), US_ASCII))
          .isEqualTo(MESSAGE);
    }
  }

  @Test
  void streamCountsTheOctets() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      CompletableFuture<String> received = CompletableFuture.supplyAsync(() -> {
        try (Socket client = server.accept();
            InputStream in = client.getInputStream()) {
          return new String(in.readAllBytes(), US_ASCII);
        } catch (IOException e) {
          return String.valueOf(e.getMessage());
        }
      });

      tcp(server.getLocalPort()).tell(LINE);

      assertThat(received.get()).isEqualTo(MESSAGE.length() + " " + MESSAGE);
    }
  }

  @Test
  void serverThatIsNotThereIsNotReached() throws IOException {
    int closed;
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      closed = server.getLocalPort();
    }

    assertThatThrownBy(() -> tcp(closed).tell(LINE)).isInstanceOf(IOException.class);
  }

  @Test
  void nodeWithAStrangeNameIsOneField() {
    assertThat(SyslogWitness.message("a b\nü", LINE))
        .startsWith("<109>1 2026-09-21T14:13:20.123456Z a_b__ esnode");
    assertThat(SyslogWitness.message("", LINE)).contains("Z - esnode");
  }

  private static SyslogWitness udp(int port) {
    return new SyslogWitness("127.0.0.1", port, false, "n-01");
  }

  private static SyslogWitness tcp(int port) {
    return new SyslogWitness("127.0.0.1", port, true, "n-01");
  }
}
