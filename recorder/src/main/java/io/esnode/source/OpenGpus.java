package io.esnode.source;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Which GPUs a process has open: /proc/PID/fd, where a descriptor of GPU N is a link to /dev/nvidiaN. That also names holders of a
 * GPU that NVML has lost. A link costs 4.5 µs, so as many are read per pass as {@link #LINKS_PER_PASS} says. Not thread-safe.
 */
final class OpenGpus {
  static final long UNKNOWN = -1;

  static final int LINKS_PER_PASS = 256;

  /** Of one process; CUDA opens its devices early, and a server may have 100,000 sockets after them. */
  private static final int LINKS_PER_PROCESS = 512;

  private static final String DEVICE = "/dev/nvidia";
  private static final int BITS = 63;

  private final Path driver;
  private int left;
  private @Nullable String problem;

  OpenGpus(Path proc) {
    this.driver = proc.resolve("driver").resolve("nvidia");
  }

  /** Starts a pass; false where there is no driver, and so no device to have open. */
  boolean begin() {
    left = LINKS_PER_PASS;
    return Files.exists(driver);
  }

  /** Whether this pass may read more links. */
  boolean mayLook() {
    return left > 0;
  }

  /** Why the last process could not be looked at. */
  @Nullable
  String problem() {
    return problem;
  }

  /** Bit N is set for GPU N; {@link #UNKNOWN} if the links cannot be read. */
  long of(Path descriptors) {
    problem = null;
    long minors = 0;
    int links = 0;
    try (DirectoryStream<Path> all = Files.newDirectoryStream(descriptors)) {
      for (Path link : all) {
        if (links++ == LINKS_PER_PROCESS) {
          break;
        }
        minors |= bit(link);
      }
    } catch (IOException e) {
      problem = KeptFile.cause(e);
      return UNKNOWN;
    } catch (DirectoryIteratorException e) {
      problem = "cannot be listed";
      return UNKNOWN;
    } finally {
      left -= Math.max(1, links);
    }
    return minors;
  }

  /** A descriptor that was closed meanwhile is none. */
  private static long bit(Path link) {
    try {
      return bit(Files.readSymbolicLink(link).toString());
    } catch (IOException e) {
      return 0;
    }
  }

  static long bit(String target) {
    if (!target.startsWith(DEVICE)) {
      return 0;
    }
    int minor = 0;
    int at = DEVICE.length();
    for (; at < target.length() && minor < BITS; at++) {
      char c = target.charAt(at);
      if (c < '0' || c > '9') {
        break;
      }
      minor = minor * 10 + c - '0';
    }
    boolean whole = at == target.length() || target.charAt(at) == ' ';
    return at > DEVICE.length() && whole && minor < BITS ? 1L << minor : 0;
  }
}
