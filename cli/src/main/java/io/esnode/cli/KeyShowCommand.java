package io.esnode.cli;

import io.esnode.json.Json;
import io.esnode.keyfile.EncryptedKeys;
import io.esnode.keyfile.TokenUri;
import io.esnode.signature.ExitCode;
import io.esnode.signer.KeyFileException;
import io.esnode.signer.StoredKey;
import io.esnode.signer.VerifyingKey;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code esnode key show}: what a key is, never its secret. */
@Command(
    name = "show",
    description = "Say what a key is: key id, algorithm, how it is encrypted; never its secret.",
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  esnode key show site.pub",
      "  esnode key show vault.key    an encrypted key is not opened, so its id stays unknown",
      "  esnode key show vault.key --passphrase-file pass.txt",
    })
final class KeyShowCommand implements Callable<Integer> {
  private static final String PRIVATE = "private key";

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli injects it
  private CommandSpec spec;

  @Parameters(
      paramLabel = "FILE",
      description = "A public or private key in PEM, or the pkcs11: address of one in a token.")
  @SuppressWarnings("NullAway.Init") // picocli injects it
  private String key;

  @Mixin
  private PassphraseOptions passphrase = new PassphraseOptions();

  @Option(names = "--format", description = "human or json (default: human).")
  private Format format = Format.human;

  @Override
  public Integer call() {
    if (TokenUri.is(key)) {
      print("private key in a token", null, opened());
      return ExitCode.OK;
    }
    try {
      StoredKey stored = StoredKey.load(Path.of(key));
      if (!stored.isPrivate()) {
        print("public key", null, stored.verifyingKey());
      } else if (!stored.isEncrypted()) {
        print(PRIVATE, null, opened());
      } else {
        print(
            PRIVATE,
            EncryptedKeys.describe(key, stored.label(), stored.content()),
            passphrase.isGiven() ? opened() : null);
      }
      return ExitCode.OK;
    } catch (KeyFileException e) {
      throw new CommandException(ExitCode.MALFORMED, String.valueOf(e.getMessage()), e);
    } catch (IOException e) {
      throw new CommandException(ExitCode.MALFORMED, String.valueOf(Reason.of(e)), e);
    }
  }

  private VerifyingKey opened() {
    return new GivenKey(key, passphrase).load().verifyingKey();
  }

  /**
   * Says it.
   *
   * @param encryption null where there is none
   * @param known null where it was not opened
   */
  private void print(String kind, @Nullable String encryption, @Nullable VerifyingKey known) {
    PrintWriter out = spec.commandLine().getOut();
    if (format == Format.json) {
      Json.Builder answer = Json.object()
          .put("schema", "esnode.key/1")
          .put("kind", kind)
          .put("encrypted", encryption != null)
          .put("encryption", encryption == null ? Json.Null.NULL : new Json.Str(encryption));
      if (known != null) {
        answer
            .put("key_id", known.keyId())
            .put("fingerprint", "SHA256:" + known.hint())
            .put("algorithm", known.algorithm().title());
      }
      out.print(answer.build().pretty());
      return;
    }
    out.println("kind         " + kind);
    if (kind.equals(PRIVATE)) {
      out.println("encrypted    " + (encryption == null ? "no" : encryption));
    }
    if (known == null) {
      out.println(
          "key id       not known without the passphrase: give --passphrase-file, --passphrase-env or --passphrase-fd");
      return;
    }
    out.println("algorithm    " + known.algorithm().title());
    out.println("key id       " + known.keyId());
    out.println("fingerprint  SHA256:" + known.hint());
  }
}
