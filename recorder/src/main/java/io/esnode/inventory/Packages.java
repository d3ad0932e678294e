package io.esnode.inventory;

import io.esnode.bundle.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** The package manager's database by its digest: which set of packages this was, and when it became another. */
final class Packages {
  private static final Map<String, String> DATABASES = new TreeMap<>(Map.of(
      "dpkg", "var/lib/dpkg/status",
      "rpm", "var/lib/rpm/rpmdb.sqlite",
      "rpm.sysimage", "usr/lib/sysimage/rpm/rpmdb.sqlite",
      "apk", "lib/apk/db/installed"));

  /** rpm's has some 100 MiB on a large host; it is told by size and time then. */
  private static final long MOST_BYTES = 64 << 20;

  private Packages() {}

  static void read(Path root, Facts facts) {
    DATABASES.forEach((manager, file) -> {
      Path path = root.resolve(file);
      try {
        if (Files.isRegularFile(path)) {
          long bytes = Files.size(path);
          facts.put(
              "packages." + manager,
              bytes > MOST_BYTES
                  ? "%s bytes, modified %s"
                      .formatted(Long.toString(bytes), Files.getLastModifiedTime(path))
                  : "sha256 " + Sha256.hex(path));
        }
      } catch (IOException e) {
        facts.put("packages." + manager, "cannot be read");
      }
    });
  }
}
