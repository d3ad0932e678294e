package io.esnode.cli;

import java.nio.file.Path;
import java.util.Map;

/**
 * Where esnode keeps its state: {@code $ESNODE_HOME}, else {@code ~/.local/share/esnode}.
 *
 * @param directory need not exist yet
 */
record Home(Path directory) {
  static Home of(Map<String, String> environment) {
    String home = environment.get("ESNODE_HOME");
    if (home != null && !home.isEmpty()) {
      return new Home(Path.of(home).toAbsolutePath());
    }
    String user = environment.getOrDefault("HOME", System.getProperty("user.home", "."));
    return new Home(Path.of(user, ".local", "share", "esnode").toAbsolutePath());
  }

  /** Private key with which this node signs; the first {@code record} makes it. */
  Path nodeKey() {
    return directory.resolve("node.key");
  }

  Path nodePublicKey() {
    return directory.resolve("node.pub");
  }

  /** Sockets of the recorders that run. */
  Path run() {
    return directory.resolve("run");
  }

  /** Rings, and the bundles made of them. */
  Path spool() {
    return directory.resolve("spool");
  }

  /** Keys trusted on this machine. */
  Path trust() {
    return directory.resolve("trust");
  }

  /** Secret with which names become tokens; never leaves the machine. */
  Path siteKey() {
    return directory.resolve("site.key");
  }
}
