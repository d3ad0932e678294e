package io.esnode.cli;

import io.esnode.json.Json;
import io.esnode.keyfile.PassphraseLock;
import io.esnode.signature.ExitCode;
import io.esnode.signer.KeyFileException;
import io.esnode.signer.SigningKey;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code esnode key}: makes keys that sign, and says what keys are. */
@Command(
    name = "key",
    description = "Make keys that sign, and show what a key is.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {KeyCommand.Generate.class, KeyShowCommand.class})
final class KeyCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli injects it
  private CommandSpec spec;

  @Override
  public Integer call() {
    throw new ParameterException(
        spec.commandLine(), "no command given, expected 'generate' or 'show'");
  }

  /** {@code esnode key generate}. */
  @Command(
      name = "generate",
      description =
          "Make a key: PREFIX.key signs and stays secret, PREFIX.pub verifies and is given away.",
      mixinStandardHelpOptions = true,
      footerHeading = "%nExamples:%n",
      footer = {
        "  esnode key generate --out site",
        "  esnode record --key site.key --out incident.parquet",
        "  esnode verify --key site.pub incident.parquet",
        "  esnode key generate --out vault --encrypt    asks for a passphrase, twice",
        "  esnode key generate --out notes --algorithm ed25519 --passphrase-file pass.txt"
      })
  static final class Generate implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli injects it
    private CommandSpec spec;

    @Option(
        names = "--out",
        required = true,
        paramLabel = "PREFIX",
        description =
            "Where to write PREFIX.key (PKCS#8 PEM, mode 0600) and PREFIX.pub; neither may exist.")
    @SuppressWarnings("NullAway.Init") // picocli requires it
    private Path prefix;

    @Option(
        names = "--algorithm",
        paramLabel = "p256|ed25519",
        defaultValue = "p256",
        description =
            "How it signs; default: ${DEFAULT-VALUE}, which recordings need. Ed25519 signs other files.")
    private KeyKind algorithm = KeyKind.p256;

    @Option(
        names = "--encrypt",
        description =
            "Encrypt PREFIX.key with a passphrase: given by one of the options below, else asked for twice.")
    private boolean encrypt;

    @Mixin
    private PassphraseOptions passphrase = new PassphraseOptions();

    @Option(names = "--format", description = "human or json (default: human).")
    private Format format = Format.human;

    @Override
    public Integer call() {
      Path name = prefix.getFileName();
      if (name == null || name.toString().isEmpty()) {
        throw new ParameterException(
            spec.commandLine(),
            "--out %s: found a directory, expected the beginning of a file name".formatted(prefix));
      }
      Path privateFile = prefix.resolveSibling(name + ".key");
      Path publicFile = prefix.resolveSibling(name + ".pub");
      print(make(privateFile, publicFile), privateFile, publicFile);
      return ExitCode.OK;
    }

    private SigningKey make(Path privateFile, Path publicFile) {
      try {
        return SigningKey.generate(
            algorithm.algorithm(),
            privateFile,
            publicFile,
            isEncrypted() ? new PassphraseLock(passphrase::ofNew, privateFile.toString()) : null);
      } catch (KeyFileException e) {
        throw new CommandException(ExitCode.MALFORMED, String.valueOf(e.getMessage()), e);
      } catch (FileAlreadyExistsException e) {
        throw new CommandException(
            ExitCode.CANNOT_WRITE,
            "%s: exists already, and keys are never overwritten; choose another --out"
                .formatted(e.getFile()),
            e);
      } catch (NoSuchFileException e) {
        throw new CommandException(
            ExitCode.CANNOT_WRITE,
            "%s: its directory does not exist; make it first".formatted(privateFile),
            e);
      } catch (IOException e) {
        throw new CommandException(
            ExitCode.CANNOT_WRITE,
            "%s: cannot be written: %s".formatted(privateFile, Reason.of(e)),
            e);
      }
    }

    private boolean isEncrypted() {
      return encrypt || passphrase.isGiven();
    }

    private void print(SigningKey key, Path privateFile, Path publicFile) {
      PrintWriter out = spec.commandLine().getOut();
      String keyId = key.verifyingKey().keyId();
      if (format == Format.json) {
        out.print(Json.object()
            .put("schema", "esnode.key/1")
            .put("key_id", keyId)
            .put("algorithm", key.verifyingKey().algorithm().title())
            .put("encrypted", isEncrypted())
            .put("private_key", privateFile.toString())
            .put("public_key", publicFile.toString())
            .build()
            .pretty());
        return;
      }
      out.println("private key  %s  (%s)"
          .formatted(
              Text.oneLine(privateFile.toString()),
              isEncrypted()
                  ? "encrypted, mode 0600: lost without its passphrase"
                  : "mode 0600: keep it secret"));
      out.println("public key   %s  (give it to whoever verifies)"
          .formatted(Text.oneLine(publicFile.toString())));
      out.println("key id       " + keyId);
    }
  }
}
