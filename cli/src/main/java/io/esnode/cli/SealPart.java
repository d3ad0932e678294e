package io.esnode.cli;

import io.esnode.seal.EpochChain;
import io.esnode.signature.ExitCode;
import io.esnode.source.Clock;
import io.esnode.spool.SpoolHeader;
import io.esnode.witness.FileWitness;
import io.esnode.witness.SyslogWitness;
import io.esnode.witness.Witness;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** What of a recording has to do with seals, and with who sees them. */
final class SealPart {
  private static final Duration LEAST = Duration.ofMillis(100);
  private static final int SYSLOG_PORT = 514;

  @Option(
      names = "--seal-interval",
      paramLabel = "D|off",
      converter = SealIntervalConverter.class,
      defaultValue = "60s",
      description =
          "Sign what was recorded so far every D, with a key that is forgotten then; default: ${DEFAULT-VALUE}.")
  private Duration interval = Duration.ofSeconds(60);

  @Option(
      names = "--witness",
      paramLabel = "WHERE",
      description =
          "Show every seal to somebody off this node: a file on a share, syslog://HOST[:PORT] or syslog+tcp://HOST[:PORT]. Repeatable.")
  private List<String> witnesses = List.of();

  @Option(
      names = "--keep-spool",
      description =
          "Leave F.spool beside the bundle, so that 'esnode verify' can compare its rows with the seals.")
  private boolean keepSpool;

  boolean keepsSpool() {
    return keepSpool;
  }

  private boolean seals() {
    return !interval.isZero();
  }

  /** Refuses what cannot be, before anything is made. */
  void check() {
    if (!seals() && !witnesses.isEmpty()) {
      throw new CommandException(
          ExitCode.USAGE, "--witness: there is nothing to see with --seal-interval off");
    }
    if (seals() && interval.compareTo(LEAST) < 0) {
      throw new CommandException(
          ExitCode.USAGE,
          "--seal-interval %s: at least %d ms".formatted(interval, LEAST.toMillis()));
    }
    witnesses.forEach(where -> witness(where, "-"));
  }

  /** Adds what the configuration is to say. */
  void describe(Map<String, String> config) {
    config.put("seal.interval", seals() ? interval.toString() : "off");
    if (seals()) {
      List<String> kinds = new ArrayList<>();
      for (String where : witnesses) {
        kinds.add(witness(where, "-").kind());
      }
      config.put("seal.witnesses", kinds.isEmpty() ? "none" : String.join(", ", kinds));
    }
    config.put("spool", keepSpool ? "kept" : "removed once sealed");
  }

  /**
   * Begins the chain: the node's key vouches for the first epoch's.
   *
   * @param header of the recording, without seals
   */
  RunningSeals begin(SpoolHeader header, EpochChain.NodeKey key, Clock clock) throws IOException {
    if (!seals()) {
      return RunningSeals.none(header);
    }
    List<Witness> named = new ArrayList<>();
    for (String where : witnesses) {
      named.add(witness(where, header.node()));
    }
    return RunningSeals.begin(header, key, clock, interval, named);
  }

  static Witness witness(String where, String node) {
    boolean tcp = where.startsWith("syslog+tcp:");
    if (!tcp && !where.startsWith("syslog:")) {
      return new FileWitness(Path.of(where).toAbsolutePath());
    }
    try {
      URI uri = new URI(where);
      String host = uri.getHost();
      if (host == null || !uri.getRawPath().isEmpty() || uri.getPort() > 0xffff) {
        throw new URISyntaxException(where, "host and port");
      }
      return new SyslogWitness(host, uri.getPort() < 0 ? SYSLOG_PORT : uri.getPort(), tcp, node);
    } catch (URISyntaxException e) {
      throw new CommandException(
          ExitCode.USAGE,
          "--witness %s: expected syslog://HOST[:PORT], syslog+tcp://HOST[:PORT] or a file"
              .formatted(where),
          e);
    }
  }
}
