package io.esnode.inventory;

import io.esnode.kernel.PrintableText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Names of the processes that have a socket open: links of {@code /proc/PID/fd}, which only root and the process's own user may
 * read. A link costs some 5 µs, so not all of a busy host are looked at. Of a process nothing but its name is read.
 */
final class SocketOwners {
  private static final int LINKS = 32_768;
  private static final int LINKS_PER_PROCESS = 2048;
  private static final String SOCKET = "socket:[";

  private final Path proc;
  private final UnaryOperator<String> names;

  /** @param names what a name of a process becomes before it is recorded */
  SocketOwners(Path root, UnaryOperator<String> names) {
    this.proc = root.resolve("proc");
    this.names = names;
  }

  /** By inode; a socket whose owner could not be found is not there. */
  Map<Long, Set<String>> of(Set<Long> inodes) {
    Map<Long, Set<String>> owners = new HashMap<>();
    int left = LINKS;
    for (String pid : Texts.names(proc, "")) {
      if (left <= 0) {
        break;
      }
      if (pid.charAt(0) >= '1' && pid.charAt(0) <= '9') {
        left -= look(proc.resolve(pid), inodes, owners);
      }
    }
    return owners;
  }

  /** How many links were read. */
  private int look(Path process, Set<Long> inodes, Map<Long, Set<String>> owners) {
    int links = 0;
    @Nullable String name = null;
    try (DirectoryStream<Path> all = Files.newDirectoryStream(process.resolve("fd"))) {
      for (Path link : all) {
        if (links++ == LINKS_PER_PROCESS) {
          break;
        }
        long inode = inode(link);
        if (inodes.contains(inode)) {
          name = name == null ? name(process) : name;
          owners.computeIfAbsent(inode, socket -> new TreeSet<>()).add(name);
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      // It is gone, or another user's: the sockets it may have are counted as those of nobody
      // known.
    }
    return links;
  }

  private String name(Path process) {
    byte[] name = Texts.read(process, "comm").strip().getBytes(StandardCharsets.ISO_8859_1);
    return names.apply(PrintableText.of(name, 0, name.length));
  }

  /** A descriptor that was closed meanwhile is no socket. */
  private static long inode(Path link) {
    try {
      return inode(Files.readSymbolicLink(link).toString());
    } catch (IOException e) {
      return 0;
    }
  }

  /** Of e.g. {@code socket:[1567200]}; 0 of anything else. */
  static long inode(String target) {
    if (!target.startsWith(SOCKET) || !target.endsWith("]")) {
      return 0;
    }
    String number = target.substring(SOCKET.length(), target.length() - 1);
    return number.matches("[1-9][0-9]{0,17}") ? Long.parseLong(number) : 0;
  }
}
