package io.esnode.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The process in which {@code record} seals. */
@Command(name = "seal", hidden = true, description = "Seal the spool of a recording that ended.")
final class SealCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli injects it
  private CommandSpec spec;

  @Parameters(paramLabel = "SPOOL_DIR")
  @SuppressWarnings("NullAway.Init")
  private Path spool;

  @Option(names = "--out", required = true)
  @SuppressWarnings("NullAway.Init")
  private Path out;

  @Mixin
  private KeyOptions key = new KeyOptions();

  @Option(names = "--keep-spool")
  private boolean keepSpool;

  @Option(names = "--format", defaultValue = "human")
  private Format format = Format.human;

  @Override
  public Integer call() {
    return Sealing.seal(spec.commandLine(), spool, out, key.given(), keepSpool, format, false);
  }
}
