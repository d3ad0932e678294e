package io.esnode.cli;

import io.esnode.json.Json;
import io.esnode.signature.ExitCode;
import io.esnode.signer.SidecarSigner;
import io.esnode.signer.StrictBase64;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * The process in which {@code record} opens a key that is encrypted or in a token. Standard input: the passphrase in a line,
 * where there is one, then in base64 how the seals of a recording begin. Standard output, a line each: the public key once the
 * key is open, and what it signed; or why not.
 */
@Command(name = "vouch", hidden = true, description = "Sign how the seals of a recording begin.")
final class VouchCommand implements Callable<Integer> {
  static final String SPKI = "spki";
  static final String SIGNATURE = "signature";
  static final String REFUSED = "refused";
  private static final int MAX_BYTES = 1 << 16;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli injects it
  private CommandSpec spec;

  @Mixin
  private KeyOptions key = new KeyOptions();

  @Override
  public Integer call() throws IOException {
    try {
      SidecarSigner signer = key.given().signer();
      say(SPKI, StrictBase64.encode(signer.spki()));
      byte[] asked = standardInput();
      if (asked.length > 0) {
        byte[] message = StrictBase64.decode(new String(asked, StandardCharsets.US_ASCII));
        say(SIGNATURE, StrictBase64.encode(signer.sign(message)));
      }
    } catch (CommandException e) {
      say(REFUSED, String.valueOf(e.getMessage()));
    }
    return ExitCode.OK;
  }

  private void say(String member, String value) {
    PrintWriter out = spec.commandLine().getOut();
    out.print(Json.object().put(member, value).build().canonical() + "\n");
    out.flush();
  }

  /** {@code FileInputStream.readNBytes} seeks, which a pipe does not. */
  private static byte[] standardInput() throws IOException {
    return new BufferedInputStream(PassphraseOptions.standardInput()).readNBytes(MAX_BYTES);
  }
}
