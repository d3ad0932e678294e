package io.esnode.cli;

import io.esnode.signature.ExitCode;
import io.esnode.signer.KeyFileException;
import io.esnode.signer.TrustedAuthority;
import io.esnode.signer.TrustedKey;
import io.esnode.stamp.AuthorityFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** Time stamping authorities trusted for one run. */
final class TsaOptions {
  @Option(
      names = "--tsa",
      paramLabel = "CERTS.pem",
      description =
          "Trust the time stamping authority (RFC 3161) with these certificates, its root among them; may be repeated.")
  private List<Path> external = new ArrayList<>();

  @Option(
      names = "--site-tsa",
      paramLabel = "CERTS.pem",
      description = "The same of an authority that belongs to the site itself, and proves less.")
  private List<Path> site = new ArrayList<>();

  /** These and the given ones. */
  List<TrustedAuthority> with(List<TrustedAuthority> trusted) {
    List<TrustedAuthority> all = new ArrayList<>(trusted);
    external.forEach(file -> all.add(load(file, false)));
    site.forEach(file -> all.add(load(file, true)));
    return all;
  }

  @SuppressWarnings("NullAway") // javac 17 drops the @Nullable of the record's components
  private static TrustedAuthority load(Path file, boolean site) {
    try {
      return new TrustedAuthority(
          TrustedKey.fittingLabel(String.valueOf(file.getFileName())),
          AuthorityFile.load(file),
          site,
          null,
          null,
          null);
    } catch (KeyFileException e) {
      throw new CommandException(ExitCode.MALFORMED, String.valueOf(e.getMessage()), e);
    } catch (IOException e) {
      throw new CommandException(ExitCode.MALFORMED, String.valueOf(Reason.of(e)), e);
    }
  }

  /** The same options, for a child process. */
  List<String> arguments() {
    List<String> arguments = new ArrayList<>();
    external.forEach(file -> arguments.addAll(List.of("--tsa", file.toString())));
    site.forEach(file -> arguments.addAll(List.of("--site-tsa", file.toString())));
    return arguments;
  }
}
