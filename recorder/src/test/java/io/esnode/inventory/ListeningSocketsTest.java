package io.esnode.inventory;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.esnode.dataset.DataSet;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ListeningSocketsTest {
  @TempDir
  Path root;

  private Map<String, String> facts() {
    Facts facts = new Facts();
    ListeningSockets.read(root, facts, new SocketOwners(root, name -> name));
    return facts.values();
  }

  private void captured() throws IOException {
    Files.createDirectories(root.resolve("proc/net"));
    for (String name : new String[] {"tcp", "tcp6", "udp", "udp6"}) {
      try (InputStream text = getClass().getResourceAsStream("linux-6.18/proc/net/" + name)) {
        assertThat(text).isNotNull();
        Files.copy(text, root.resolve("proc/net").resolve(name));
      }
    }
  }

  private void process(int pid, String name, long... inodes) throws IOException {
    Path fd = Files.createDirectories(root.resolve("proc/" + pid + "/fd"));
    Files.writeString(root.resolve("proc/" + pid + "/comm"), name + "\n", ISO_8859_1);
    Files.createSymbolicLink(fd.resolve("0"), Path.of("/dev/null"));
    for (int i = 0; i < inodes.length; i++) {
      Files.createSymbolicLink(
          fd.resolve(Integer.toString(3 + i)), Path.of("socket:[" + inodes[i] + "]"));
    }
  }

  @Test
  void capturedSocketsAreNamed() throws IOException {
    captured();
    process(4711, "python3", 1567200, 1567199, 1567202, 1567201);
    process(4712, "worker", 1567200, 99);

    assertThat(facts())
        .containsExactlyInAnyOrderEntriesOf(Map.of(
            "listen.count", "3",
            "listen.tcp.15432", "this host",
            "listen.tcp.15432.process", "python3",
            "listen.tcp.19100", "every address",
            "listen.tcp.19100.process", "python3, worker",
            "listen.udp.18123", "every address",
            "listen.process.count", "2 of 3 ports"));
  }

  @Test
  void portWhoseOwnerMayNotBeReadIsCounted() throws IOException {
    captured();

    assertThat(facts())
        .containsEntry("listen.process.count", "0 of 3 ports")
        .doesNotContainKey("listen.tcp.19100.process");
  }

  @Test
  void noProcessIsNamedWhereNoneMayBe() throws IOException {
    captured();
    process(4711, "python3", 1567200);
    Facts facts = new Facts();

    ListeningSockets.read(root, facts, null);

    assertThat(facts.values())
        .containsOnlyKeys(
            "listen.count", "listen.tcp.15432", "listen.tcp.19100", "listen.udp.18123");
  }

  @Test
  void nameMayHoldAnyByte() throws IOException {
    captured();
    process(4711, "a\u001b[2J\u00ff", 1567200);

    assertThat(facts().get("listen.tcp.19100.process")).matches("[ -~]+").startsWith("a");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "socket:[",
        "socket:[]",
        "socket:[-1]",
        "socket:[1x]",
        "pipe:[17]",
        "socket:[99999999999999999999]"
      })
  void otherLinksAreNoSockets(String target) {
    assertThat(SocketOwners.inode(target)).isZero();
  }

  @Test
  void publishedTablesAreRead() throws IOException {
    Files.createDirectories(root.resolve("proc/net"));
    for (String name : new String[] {"tcp", "tcp6", "udp", "udp6"}) {
      Files.write(root.resolve("proc/net").resolve(name), DataSet.procfs("proc/net/" + name));
    }

    assertThat(facts()).containsEntry("listen.tcp.22", "every address").hasSizeGreaterThan(2);
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void socketOfThisProcessIsFound() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Facts facts = new Facts();
      Path system = Path.of("/");

      ListeningSockets.read(system, facts, new SocketOwners(system, name -> name));

      String port = "listen.tcp." + socket.getLocalPort();
      assertThat(facts.values())
          .containsEntry(port, "this host")
          .containsEntry(
              port + ".process", Files.readString(Path.of("/proc/self/comm")).strip());
    }
  }
}
