package io.esnode.cli;

import io.esnode.json.Json;
import io.esnode.json.JsonException;
import io.esnode.json.JsonReader;
import io.esnode.signature.ExitCode;
import io.esnode.signer.SidecarSigner;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code esnode attest}: a statement of any type about a file. */
@Command(
    name = "attest",
    description =
        "Sign an in-toto statement of any type about a file; verify takes it with --predicate-type.",
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  esnode attest firmware.bin --predicate-type https://example.org/scan/v1 --predicate scan.json",
      "  esnode verify --predicate-type https://example.org/scan/v1 firmware.bin",
      "The predicate is strict JSON: no double names, no reals (write them as strings)."
    })
final class AttestCommand implements Callable<Integer> {
  private static final int MAX_PREDICATE = 1 << 20;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli injects it
  private CommandSpec spec;

  @Mixin
  private SigningOptions signing = new SigningOptions();

  @Option(
      names = "--predicate-type",
      required = true,
      paramLabel = "URI",
      description = "What kind of statement it is.")
  @SuppressWarnings("NullAway.Init") // picocli requires it
  private String type;

  @Option(
      names = "--predicate",
      required = true,
      paramLabel = "FILE.json",
      description = "What it says: a JSON object.")
  @SuppressWarnings("NullAway.Init") // picocli requires it
  private Path predicate;

  @Parameters(paramLabel = "FILE", description = "What it is about.")
  @SuppressWarnings("NullAway.Init") // picocli requires it
  private Path file;

  @Override
  public Integer call() throws IOException {
    requireUri();
    Json.Obj said = read();
    Home home = Home.of(System.getenv());
    SidecarSigner signer = signing.signer(home, spec.commandLine().getErr());
    Signatures.Signed signed = Signatures.by(signer, home).attest(file, new Claim(type, said));
    spec.commandLine()
        .getOut()
        .println("signed  %s  as %s"
            .formatted(Text.oneLine(signed.sidecar().toString()), Text.oneLine(signed.type())));
    return ExitCode.OK;
  }

  private void requireUri() {
    try {
      if (new URI(type).isAbsolute()) {
        return;
      }
    } catch (URISyntaxException e) {
      throw notUri(e);
    }
    throw notUri(null);
  }

  private ParameterException notUri(@Nullable Exception cause) {
    return new ParameterException(
        spec.commandLine(),
        "--predicate-type %s: expected a URI such as https://example.org/scan/v1".formatted(type),
        cause);
  }

  private Json.Obj read() {
    try (InputStream in = Files.newInputStream(predicate)) {
      byte[] bytes = in.readNBytes(MAX_PREDICATE + 1);
      if (bytes.length > MAX_PREDICATE) {
        throw new JsonException("more than %d bytes".formatted(MAX_PREDICATE));
      }
      Json.Obj read = JsonReader.object(bytes);
      if (read.has("signer")) {
        throw new JsonException("member \"signer\" is for esnode to add");
      }
      return read;
    } catch (JsonException e) {
      throw new CommandException(
          ExitCode.MALFORMED, "%s: not a predicate: %s".formatted(predicate, e.getMessage()), e);
    } catch (IOException e) {
      throw new CommandException(ExitCode.EVIDENCE_MISSING, String.valueOf(Reason.of(e)), e);
    }
  }
}
