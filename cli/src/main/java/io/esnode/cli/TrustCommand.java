package io.esnode.cli;

import io.esnode.signature.ExitCode;
import io.esnode.signer.KeyFileException;
import io.esnode.signer.TrustDirectory;
import io.esnode.signer.TrustException;
import io.esnode.signer.Trusted;
import io.esnode.signer.TrustedKey;
import io.esnode.signer.VerifyingKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code esnode trust}: whose signatures count on this machine. */
@Command(
    name = "trust",
    description = "Say whose signatures count on this machine.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      TrustAddCommand.class,
      TrustListCommand.class,
      TrustCommand.Retire.class,
      TrustCommand.Revoke.class,
      TrustLogCommand.class
    })
final class TrustCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli injects it
  private CommandSpec spec;

  @Override
  public Integer call() {
    throw new ParameterException(
        spec.commandLine(),
        "no command given, expected 'add', 'list', 'retire', 'revoke' or 'log'");
  }

  /** Which trust directory. */
  static final class Directory {
    @Option(
        names = "--trust",
        paramLabel = "DIR",
        description = "Trust directory to use instead of the one in $ESNODE_HOME.")
    private @Nullable Path path;

    TrustDirectory open() {
      return new TrustDirectory(path == null ? home().trust() : path);
    }

    static Home home() {
      return Home.of(System.getenv());
    }
  }

  /** The directory, and the key that signs what is changed in it. */
  static final class Changed {
    @Mixin
    private Directory directory = new Directory();

    @Mixin
    private SigningOptions signing = new SigningOptions();

    TrustDirectory open(CommandLine line) {
      return directory.open().signedBy(() -> signing.signer(Directory.home(), line.getErr()));
    }
  }

  /** A moment, as it stands on the command line. */
  static final class TimeConverter implements ITypeConverter<Instant> {
    @Override
    public Instant convert(String text) {
      try {
        return Instant.parse(text);
      } catch (DateTimeParseException e) {
        throw new CommandLine.TypeConversionException(
            "found '%s', expected a time such as 2026-11-01T00:00:00Z".formatted(text));
      }
    }
  }

  /** {@code esnode trust retire}. */
  @Command(
      name = "retire",
      description =
          "Accept nothing more from a moment on. What a trusted time shows to be older stays valid.",
      mixinStandardHelpOptions = true,
      footerHeading = "%nExamples:%n",
      footer = {
        "  esnode trust retire node7",
        "  esnode trust retire node7 --at 2027-01-01T00:00:00Z"
      })
  static final class Retire implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli injects it
    private CommandSpec spec;

    @Mixin
    private Changed directory = new Changed();

    @Parameters(
        paramLabel = "NAME",
        description = "Its label, its id or the first 8 or more digits of that.")
    @SuppressWarnings("NullAway.Init") // picocli requires it
    private String name;

    @Option(
        names = "--at",
        paramLabel = "TIME",
        converter = TimeConverter.class,
        description = "From when on, such as 2027-01-01T00:00:00Z (default: now).")
    private @Nullable Instant at;

    @Override
    public Integer call() {
      Instant now = now();
      Trusted retired = changed(
          () -> directory.open(spec.commandLine()).retire(name, at == null ? now : at, now));
      spec.commandLine()
          .getOut()
          .println("retired  %s  %s  until %s"
              .formatted(retired.id(), Text.oneLine(retired.label()), retired.validUntil()));
      return ExitCode.OK;
    }
  }

  /** {@code esnode trust revoke}. */
  @Command(
      name = "revoke",
      description = {
        "Trust a key, an identity or an authority no more.",
        "What it signed is then refused, the old included, unless a trusted time shows that it is older than --compromised-since."
      },
      mixinStandardHelpOptions = true,
      footerHeading = "%nExamples:%n",
      footer = {
        "  esnode trust revoke node7 --reason \"node decommissioned\"",
        "  esnode trust revoke 3f9a1c2b --reason \"key file left on a laptop\" --compromised-since 2026-11-01T00:00:00Z",
        "  esnode trust revoke node7.pub --reason \"never vouched for\""
      })
  static final class Revoke implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli injects it
    private CommandSpec spec;

    @Mixin
    private Changed directory = new Changed();

    @Parameters(
        paramLabel = "NAME",
        description =
            "Its label, its id or the first 8 or more digits of that, or a key's .pub file, which need not have been added.")
    @SuppressWarnings("NullAway.Init") // picocli requires it
    private String name;

    @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "Why.")
    @SuppressWarnings("NullAway.Init") // picocli requires it
    private String reason;

    @Option(
        names = "--compromised-since",
        paramLabel = "TIME",
        converter = TimeConverter.class,
        description = "From when on somebody else may have held it, such as 2026-11-01T00:00:00Z.")
    private @Nullable Instant since;

    @Override
    public Integer call() {
      TrustDirectory trust = directory.open(spec.commandLine());
      Trusted revoked = changed(() -> {
        Optional<Path> file = publicKeyFile();
        return file.isPresent()
            ? trust.revoke(VerifyingKey.load(file.get()), labelOf(file.get()), reason, since, now())
            : trust.revoke(name, reason, since, now());
      });
      spec.commandLine()
          .getOut()
          .println("revoked  %s  %s".formatted(revoked.id(), Text.oneLine(revoked.label())));
      return ExitCode.OK;
    }

    /** A file only where the name cannot be a label by accident: it ends like one or holds a separator. */
    private Optional<Path> publicKeyFile() {
      try {
        Path path = Path.of(name);
        boolean looksLikeFile =
            name.endsWith(".pub") || name.endsWith(".pem") || path.getNameCount() > 1;
        return looksLikeFile && Files.exists(path) ? Optional.of(path) : Optional.empty();
      } catch (InvalidPathException e) {
        return Optional.empty();
      }
    }
  }

  /** A step on the trust directory. */
  interface Step<T> {
    T run() throws IOException;
  }

  static <T> T changed(Step<T> step) {
    try {
      return step.run();
    } catch (TrustException e) {
      throw new CommandException(e.exit(), String.valueOf(e.getMessage()), e);
    } catch (KeyFileException e) {
      throw new CommandException(ExitCode.MALFORMED, String.valueOf(e.getMessage()), e);
    } catch (IOException e) {
      throw new CommandException(ExitCode.MALFORMED, String.valueOf(Reason.of(e)), e);
    }
  }

  static String labelOf(Path file) {
    String name = String.valueOf(file.getFileName());
    int dot = name.lastIndexOf('.');
    return TrustedKey.fittingLabel(dot > 0 ? name.substring(0, dot) : name);
  }

  static Instant now() {
    return Instant.now().truncatedTo(ChronoUnit.SECONDS);
  }
}
