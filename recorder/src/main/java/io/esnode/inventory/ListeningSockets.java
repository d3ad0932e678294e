package io.esnode.inventory;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Ports that somebody listens on, from {@code /proc/net/tcp} and its like, which cost some ms to walk: once an hour is enough.
 * Of the address only whether it is every address, this host alone, or one of its own; addresses are not recorded. Who listens
 * is the name of the process, where its descriptors may be read.
 */
final class ListeningSockets {
  /** TCP_LISTEN of include/net/tcp_states.h; of UDP TCP_CLOSE, bound and not connected. */
  private static final String LISTEN = "0A";

  private static final String UNCONNECTED = "07";

  private static final int INODE = 9;

  /** Sockets of one port. */
  static final class Port {
    private String reach;
    private final Set<Long> inodes = new TreeSet<>();

    private Port(String reach) {
      this.reach = reach;
    }

    String reach() {
      return reach;
    }

    Set<Long> inodes() {
      return inodes;
    }
  }

  private ListeningSockets() {}

  /** @param owners null where no process may be named */
  static void read(Path root, Facts facts, @Nullable SocketOwners owners) {
    Map<String, Port> ports = new TreeMap<>();
    for (String protocol : new String[] {"tcp", "tcp6", "udp", "udp6"}) {
      boolean tcp = protocol.startsWith("tcp");
      // Line by line: the table of a busy host has some MiB, and the recorder's heap is small.
      try (BufferedReader lines =
          Files.newBufferedReader(root.resolve("proc/net").resolve(protocol), ISO_8859_1)) {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          parse(line, tcp ? "tcp" : "udp", tcp ? LISTEN : UNCONNECTED, ports);
        }
      } catch (IOException e) {
        // No IPv6 here, or no network at all: nobody listens there.
      }
    }
    facts.put("listen.count", Integer.toString(ports.size()));
    ports.entrySet().stream()
        .limit(Facts.MOST_OF_A_KIND)
        .forEach(port -> facts.put("listen." + port.getKey(), port.getValue().reach()));
    if (owners != null && !ports.isEmpty()) {
      owners(ports, owners, facts);
    }
  }

  private static void owners(Map<String, Port> ports, SocketOwners owners, Facts facts) {
    Set<Long> wanted =
        ports.values().stream().flatMap(port -> port.inodes().stream()).collect(Collectors.toSet());
    Map<Long, Set<String>> names = owners.of(wanted);
    int known = 0;
    for (Map.Entry<String, Port> port : ports.entrySet()) {
      Set<String> listeners = port.getValue().inodes().stream()
          .flatMap(inode -> names.getOrDefault(inode, Set.of()).stream())
          .collect(Collectors.toCollection(TreeSet::new));
      if (!listeners.isEmpty() && known++ < Facts.MOST_OF_A_KIND) {
        facts.put("listen." + port.getKey() + ".process", String.join(", ", listeners));
      }
    }
    facts.put("listen.process.count", "%d of %d ports".formatted(known, ports.size()));
  }

  /** Columns: sl, local_address as HEX:PORT, rem_address, st, queues, timer, retransmissions, uid, timeout, inode … */
  static void parse(String line, String protocol, String state, Map<String, Port> ports) {
    String[] columns = line.strip().split("\\s+", INODE + 2);
    if (columns.length < 4 || !columns[3].equals(state)) {
      return;
    }
    int colon = columns[1].lastIndexOf(':');
    if (colon < 0 || !columns[1].substring(colon + 1).matches("[0-9A-F]{4}")) {
      return;
    }
    String reach = reach(columns[1].substring(0, colon));
    Port port = ports.computeIfAbsent(
        protocol + "." + Integer.parseInt(columns[1].substring(colon + 1), 16),
        name -> new Port(reach));
    port.reach = wider(port.reach, reach);
    if (columns.length > INODE && columns[INODE].matches("[1-9][0-9]{0,17}")) {
      port.inodes.add(Long.parseLong(columns[INODE]));
    }
  }

  /** IPv4 is one little-endian word, IPv6 four of them. */
  private static String reach(String address) {
    if (address.matches("0+")) {
      return "every address";
    }
    boolean local = address.matches("[0-9A-F]{6}7F")
        || address.equals("00000000000000000000000001000000")
        || address.matches("0000000000000000FFFF0000[0-9A-F]{6}7F");
    return local ? "this host" : "one address";
  }

  private static String wider(String a, String b) {
    if (a.equals(b)) {
      return a;
    }
    boolean every = a.equals("every address") || b.equals("every address");
    return every ? "every address" : "one address";
  }
}
