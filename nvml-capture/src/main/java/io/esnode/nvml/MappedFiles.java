package io.esnode.nvml;

import java.util.Optional;

/** Which file lies behind an address of this process. */
final class MappedFiles {
  private MappedFiles() {}

  /**
   * Reads e.g. {@code 7f0c1b400000-7f0c1b5c3000 r-xp 00028000 08:01 131143   /usr/lib/libc.so.6}.
   *
   * @param maps {@code /proc/PID/maps}, see proc_pid_maps(5); a file deleted since ends in {@code  (deleted)}
   */
  static Optional<String> fileAt(String maps, long address) {
    for (String line : maps.lines().toList()) {
      int dash = line.indexOf('-');
      int blank = line.indexOf(' ');
      int file = line.indexOf('/');
      if (dash <= 0 || blank <= dash || file < blank) {
        continue;
      }
      if (isWithin(address, line.substring(0, dash), line.substring(dash + 1, blank))) {
        return Optional.of(line.substring(file));
      }
    }
    return Optional.empty();
  }

  private static boolean isWithin(long address, String from, String to) {
    try {
      return Long.compareUnsigned(Long.parseUnsignedLong(from, 16), address) <= 0
          && Long.compareUnsigned(address, Long.parseUnsignedLong(to, 16)) < 0;
    } catch (NumberFormatException e) {
      return false;
    }
  }
}
