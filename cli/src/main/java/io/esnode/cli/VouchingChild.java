package io.esnode.cli;

import io.esnode.json.Json;
import io.esnode.json.JsonException;
import io.esnode.json.JsonReader;
import io.esnode.seal.EpochChain;
import io.esnode.signature.ExitCode;
import io.esnode.signer.KeyFileException;
import io.esnode.signer.StrictBase64;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A key that is opened in a Java process of its own, which signs once and ends: the recording process never holds it. It waits
 * with the key open, so that signing takes none of the recording's time.
 */
final class VouchingChild implements EpochChain.NodeKey, AutoCloseable {
  private static final int MAX_ANSWER_BYTES = 1 << 16;

  private final Process child;
  private final InputStream answers;
  private final byte[] spki;

  private VouchingChild(Process child, InputStream answers, byte[] spki) {
    this.child = child;
    this.answers = answers;
    this.spki = spki;
  }

  /** Opens it. */
  static VouchingChild of(GivenKey key) {
    List<String> arguments = new ArrayList<>(List.of("vouch"));
    arguments.addAll(key.arguments());
    try {
      Process child = ChildJvm.of(ChildJvm.SHORT, arguments)
          .redirectError(ProcessBuilder.Redirect.INHERIT)
          .start();
      InputStream answers = new BufferedInputStream(child.getInputStream());
      send(key, child);
      return new VouchingChild(child, answers, bytes(answer(answers), VouchCommand.SPKI));
    } catch (KeyFileException e) {
      throw new CommandException(ExitCode.MALFORMED, String.valueOf(e.getMessage()), e);
    } catch (IOException e) {
      throw new CommandException(
          ExitCode.CANNOT_WRITE, "%s: cannot be opened: %s".formatted(key, Reason.of(e)), e);
    }
  }

  private static void send(GivenKey key, Process child) throws KeyFileException {
    try {
      key.writePassphrase(child.getOutputStream());
    } catch (KeyFileException e) {
      child.destroyForcibly();
      throw e;
    } catch (IOException e) {
      // It ended before it read: its answer says why.
      return;
    }
  }

  @Override
  public byte[] spki() {
    return spki.clone();
  }

  @Override
  public byte[] sign(byte[] message) throws IOException {
    try (OutputStream pipe = child.getOutputStream()) {
      pipe.write(StrictBase64.encode(message).getBytes(StandardCharsets.US_ASCII));
    }
    return bytes(answer(answers), VouchCommand.SIGNATURE);
  }

  /** Ends the process; whoever signs no more calls it. */
  @Override
  public void close() {
    child.destroy();
  }

  private static Json.Obj answer(InputStream answers) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int c = answers.read();
        c >= 0 && c != '\n' && line.size() < MAX_ANSWER_BYTES;
        c = answers.read()) {
      line.write(c);
    }
    if (line.size() == 0) {
      throw new IOException("the process that opens it ended without an answer");
    }
    try {
      Json.Obj said = JsonReader.object(line.toByteArray());
      String refused = said.textOrNull(VouchCommand.REFUSED);
      if (refused != null) {
        throw new KeyFileException(refused);
      }
      return said;
    } catch (JsonException e) {
      throw new IOException("the process that opens it answers " + e.getMessage(), e);
    }
  }

  private static byte[] bytes(Json.Obj said, String member) throws IOException {
    try {
      return StrictBase64.decode(said.text(member));
    } catch (JsonException | IllegalArgumentException e) {
      throw new IOException("the process that opens it answers " + e.getMessage(), e);
    }
  }
}
