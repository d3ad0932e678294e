package io.esnode.cli;

import io.esnode.json.Json;
import io.esnode.signature.ExitCode;
import io.esnode.signer.KeyFileException;
import io.esnode.signer.TrustDirectory;
import io.esnode.signer.TrustException;
import io.esnode.signer.TrustedKey;
import io.esnode.signer.VerifyingKey;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
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
    subcommands = {TrustCommand.Add.class, TrustCommand.Listing.class, TrustCommand.Revoke.class})
final class TrustCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli injects it
  private CommandSpec spec;

  @Override
  public Integer call() {
    throw new ParameterException(
        spec.commandLine(), "no command given, expected 'add', 'list' or 'revoke'");
  }

  /** Which trust directory. */
  static final class Directory {
    @Option(
        names = "--trust",
        paramLabel = "DIR",
        description = "Trust directory to use instead of the one in $ESNODE_HOME.")
    private @Nullable Path path;

    TrustDirectory open() {
      return new TrustDirectory(path == null ? Home.of(System.getenv()).trust() : path);
    }
  }

  /** {@code esnode trust add}. */
  @Command(
      name = "add",
      description = "Trust what a public key signs, until it is revoked.",
      mixinStandardHelpOptions = true,
      footerHeading = "%nExamples:%n",
      footer = {
        "  esnode trust add node7.pub --label node7",
        "Compare the key id that is printed with the one its owner reads to you."
      })
  static final class Add implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli injects it
    private CommandSpec spec;

    @Mixin
    private Directory directory = new Directory();

    @Parameters(paramLabel = "PUB.pem", description = "The public key.")
    @SuppressWarnings("NullAway.Init") // picocli requires it
    private Path file;

    @Option(
        names = "--label",
        paramLabel = "L",
        description = "Name for the key (default: the file's name without its ending).")
    private @Nullable String label;

    @Override
    public Integer call() {
      TrustedKey added = changed(() -> directory
          .open()
          .add(VerifyingKey.load(file), label == null ? labelOf(file) : label, now()));
      spec.commandLine()
          .getOut()
          .println("trusted  %s  %s".formatted(added.keyId(), Text.oneLine(added.label())));
      return ExitCode.OK;
    }
  }

  /** {@code esnode trust list}. */
  @Command(
      name = "list",
      description = "Show the keys that are trusted, and those that are no more.",
      mixinStandardHelpOptions = true,
      footerHeading = "%nExamples:%n",
      footer = {"  esnode trust list", "  esnode trust list --format json"})
  static final class Listing implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli injects it
    private CommandSpec spec;

    @Mixin
    private Directory directory = new Directory();

    @Option(names = "--format", description = "human or json (default: human).")
    private Format format = Format.human;

    @Override
    public Integer call() {
      TrustDirectory trust = directory.open();
      List<TrustedKey> keys = changed(trust::list);
      PrintWriter out = spec.commandLine().getOut();
      if (format == Format.json) {
        out.print(json(trust, keys).pretty());
        return ExitCode.OK;
      }
      if (keys.isEmpty()) {
        spec.commandLine()
            .getErr()
            .println("no keys in %s; add one with 'esnode trust add PUB.pem'"
                .formatted(Text.oneLine(trust.path().toString())));
      }
      for (TrustedKey key : keys) {
        out.println(line(key));
      }
      return ExitCode.OK;
    }

    private static String line(TrustedKey key) {
      TrustedKey.Revocation revocation = key.revocation();
      return "%s  %s  added %s  %s"
          .formatted(
              revocation == null ? "trusted" : "revoked",
              key.keyId(),
              key.added(),
              Text.oneLine(
                  revocation == null
                      ? key.label()
                      : "%s  (revoked at %s: %s)"
                          .formatted(key.label(), revocation.at(), revocation.reason())));
    }

    private static Json.Obj json(TrustDirectory trust, List<TrustedKey> keys) {
      List<Json> entries = new ArrayList<>();
      for (TrustedKey key : keys) {
        entries.add(key.toJson());
      }
      return Json.object()
          .put("schema", "esnode.trust/1")
          .put("directory", trust.path().toString())
          .put("keys", Json.array(entries))
          .build();
    }
  }

  /** {@code esnode trust revoke}. */
  @Command(
      name = "revoke",
      description =
          "Trust a key no more. What it signed is then refused, the old included: no trusted time shows what is old.",
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
    private Directory directory = new Directory();

    @Parameters(
        paramLabel = "KEY",
        description =
            "Its label, its key id or the first 8 or more digits of that, or its .pub file, which need not have been added.")
    @SuppressWarnings("NullAway.Init") // picocli requires it
    private String key;

    @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "Why.")
    @SuppressWarnings("NullAway.Init") // picocli requires it
    private String reason;

    @Option(
        names = "--compromised-since",
        paramLabel = "TIME",
        description = "From when on somebody else may have held it, such as 2026-11-01T00:00:00Z.")
    private @Nullable String compromisedSince;

    @Override
    public Integer call() {
      Instant since = compromisedSince == null ? null : time(compromisedSince);
      TrustDirectory trust = directory.open();
      TrustedKey revoked = changed(() -> {
        Optional<Path> file = publicKeyFile();
        return file.isPresent()
            ? trust.revoke(VerifyingKey.load(file.get()), labelOf(file.get()), reason, since, now())
            : trust.revoke(key, reason, since, now());
      });
      spec.commandLine()
          .getOut()
          .println("revoked  %s  %s".formatted(revoked.keyId(), Text.oneLine(revoked.label())));
      return ExitCode.OK;
    }

    /** A file only where the name cannot be a label by accident: it ends like one or holds a separator. */
    private Optional<Path> publicKeyFile() {
      try {
        Path path = Path.of(key);
        boolean looksLikeFile =
            key.endsWith(".pub") || key.endsWith(".pem") || path.getNameCount() > 1;
        return looksLikeFile && Files.exists(path) ? Optional.of(path) : Optional.empty();
      } catch (InvalidPathException e) {
        return Optional.empty();
      }
    }

    private Instant time(String text) {
      try {
        return Instant.parse(text);
      } catch (DateTimeParseException e) {
        throw new ParameterException(
            spec.commandLine(),
            "--compromised-since: found '%s', expected a time such as 2026-11-01T00:00:00Z"
                .formatted(text),
            e);
      }
    }
  }

  /** A step on the trust directory. */
  private interface Step<T> {
    T run() throws IOException;
  }

  private static <T> T changed(Step<T> step) {
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

  private static String labelOf(Path file) {
    String name = String.valueOf(file.getFileName());
    int dot = name.lastIndexOf('.');
    return TrustedKey.fittingLabel(dot > 0 ? name.substring(0, dot) : name);
  }

  private static Instant now() {
    return Instant.now().truncatedTo(ChronoUnit.SECONDS);
  }
}
