package io.esnode.cli;

import io.esnode.seal.WitnessFile;
import io.esnode.signature.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What of {@code verify} has to do with seals, and with who saw them. */
final class AnchorOptions {
  @Option(
      names = "--witness",
      paramLabel = "F",
      description =
          "What a witness off the node kept of a recording's seals, e.g. a syslog file. Repeatable.")
  private List<Path> witnesses = List.of();

  @Option(
      names = "--spool",
      paramLabel = "DIR",
      description =
          "The spool that was kept, or a directory of several; default: FILE.spool beside each file.")
  private @Nullable Path spool;

  @Option(
      names = "--require-anchor",
      paramLabel = "D",
      converter = DurationConverter.class,
      description =
          "Fail where the evidence goes on longer than D after the last seal a witness saw.")
  private @Nullable Duration requireAnchor;

  /** Null where it does not matter. */
  @Nullable
  Duration requireAnchor() {
    return requireAnchor;
  }

  List<WitnessFile> witnesses(Set<String> recordings) {
    List<WitnessFile> read = new ArrayList<>();
    for (Path file : witnesses) {
      if (!Files.isRegularFile(file)) {
        throw new CommandException(
            Files.exists(file) ? ExitCode.MALFORMED : ExitCode.EVIDENCE_MISSING,
            "--witness %s: %s".formatted(file, Files.exists(file) ? "not a file" : "not there"));
      }
      try {
        read.add(WitnessFile.read(file, recordings));
      } catch (IOException e) {
        throw new CommandException(
            ExitCode.MALFORMED, "--witness %s: %s".formatted(file, Reason.of(e)), e);
      }
    }
    return read;
  }

  /**
   * Where the spool of a bundle lies.
   *
   * @return null where it is not there
   */
  @Nullable
  Path spoolOf(Path bundle) {
    String name = bundle.getFileName() + ".spool";
    Path named = spool;
    if (named == null) {
      Path beside = bundle.resolveSibling(name);
      return Files.isDirectory(beside) ? beside : null;
    }
    if (!Files.isDirectory(named)) {
      throw new CommandException(
          ExitCode.EVIDENCE_MISSING, "--spool %s: no such directory".formatted(named));
    }
    Path inside = named.resolve(name);
    return Files.isDirectory(inside) ? inside : named;
  }
}
