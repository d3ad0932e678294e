package io.esnode.cli;

import io.esnode.signature.ExitCode;
import io.esnode.spool.SpoolException;
import io.esnode.spool.StreamState;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code esnode recover}: seals what a dead recorder left. */
@Command(
    name = "recover",
    description = "Seal what a recorder left that was killed, or could not seal itself.",
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  esnode recover node.parquet.spool",
      "  esnode recover node.parquet.spool --out /mnt/evidence/node.parquet",
    })
final class RecoverCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli injects it
  private CommandSpec spec;

  @Parameters(
      paramLabel = "SPOOL_DIR",
      description = "The directory OUT.spool that the recorder wrote.")
  @SuppressWarnings("NullAway.Init")
  private Path spool;

  @Option(
      names = "--out",
      paramLabel = "F",
      description =
          "Bundle to write, or directory where there are several; default: those the recorder had in mind.")
  private @Nullable Path out;

  @Mixin
  private KeyOptions key = new KeyOptions();

  @Option(
      names = "--keep-spool",
      description =
          "Leave the spool beside the bundle, so that 'esnode verify' can compare its rows with the seals.")
  private boolean keepSpool;

  @Option(
      names = "--format",
      paramLabel = "human|json",
      defaultValue = "human",
      description = "How to say what was sealed.")
  private Format format = Format.human;

  @Override
  public Integer call() throws IOException {
    GivenKey signingKey = key.given(Home.of(System.getenv()), spec.commandLine().getErr());
    if (severalBundles()) {
      return Sealing.sealRest(spec.commandLine(), spool, out, signingKey, keepSpool, format);
    }
    return Sealing.seal(spec.commandLine(), spool, out, signingKey, keepSpool, format, true);
  }

  private boolean severalBundles() throws IOException {
    try {
      return StreamState.read(spool) != null;
    } catch (SpoolException e) {
      throw new CommandException(ExitCode.MALFORMED, String.valueOf(e.getMessage()), e);
    }
  }
}
