package io.esnode.source;

import io.esnode.metric.Table;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * A line of /proc/diskstats: major, minor, name, then the fields of Documentation/admin-guide/iostats.rst: 11 of them,
 * 15 since Linux 4.18, 17 since 5.5.
 *
 * <p>Whole devices only, as /sys/block lists them; no loop devices, no RAM disks.
 */
final class DiskFormat extends EntityFormat {
  private static final int FIELDS = 17;

  private final Path block;
  private final NumberedFields fields;

  /** @param block usually {@code /sys/block} */
  DiskFormat(Table disk, Path block) {
    this.block = block;
    fields = NumberedFields.of(disk, "/proc/diskstats", FIELDS);
  }

  @Override
  boolean name(Lines line) {
    boolean major = line.number();
    boolean minor = line.number();
    if (!major || !minor) {
      return false;
    }
    line.skipSpaces();
    return word(line);
  }

  @Override
  void values(Lines line, Row row) {
    fields.take(line, row);
  }

  @Override
  String prefix() {
    return "disk:";
  }

  @Override
  Set<String> wanted(Set<String> names) throws IOException {
    Set<String> devices = devices();
    Set<String> wanted = new LinkedHashSet<>();
    for (String name : names) {
      // A slash in a device's name, as in cciss/c0d0, is written ! in sysfs.
      if (isRecorded(name) && devices.contains(name.replace('/', '!'))) {
        wanted.add(name);
      }
    }
    return wanted;
  }

  /** Not a loop device, which is a file on another disk, and not a RAM disk. */
  static boolean isRecorded(String name) {
    return !name.startsWith("loop") && !name.startsWith("ram");
  }

  private Set<String> devices() throws IOException {
    Set<String> devices = new HashSet<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(block)) {
      for (Path entry : entries) {
        devices.add(entry.getFileName().toString());
      }
    } catch (DirectoryIteratorException e) {
      throw unlisted("listing it failed", e);
    } catch (IOException e) {
      throw unlisted(KeptFile.cause(e), e);
    }
    return devices;
  }

  private IOException unlisted(String why, Exception cause) {
    return new IOException(
        block + ": " + why + "; without it a disk cannot be told from a partition", cause);
  }
}
