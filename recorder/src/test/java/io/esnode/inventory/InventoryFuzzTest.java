package io.esnode.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/** What the kernel and a declared file may hold. */
class InventoryFuzzTest {
  @FuzzTest
  void texts(byte[] data) {
    String text = new String(data, StandardCharsets.ISO_8859_1);
    Facts facts = new Facts();
    Map<String, ListeningSockets.Port> ports = new TreeMap<>();

    KernelFacts.taint(text, facts);
    ListeningSockets.parse(text, "tcp", "0A", ports);
    WatchedFile.certificates(data, "/etc/x", facts);

    assertThat(SocketOwners.inode(text)).isNotNegative();
    assertThat(SocketOwners.inode("socket:[" + text)).isNotNegative();
    assertThat(ports.keySet()).allMatch(port -> port.matches("tcp\\.[0-9]{1,5}"));
    assertThat(facts.values().values()).allMatch(value -> !value.isBlank());
  }
}
