package io.esnode.cli;

import io.esnode.json.JsonException;
import io.esnode.json.JsonReader;
import io.esnode.recorder.BundleSealer;
import io.esnode.recorder.EmptySpoolException;
import io.esnode.signature.ExitCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Seals in a Java process of its own, which says what it did on our standard error. */
final class SealingChild implements BundleSealer {
  private static final int MAX_ANSWER_BYTES = 1 << 16;

  /** A spool of 25 MB costs a quarter less without C2, one of 186 MB twice as much. */
  private static final long SHORT_BYTES = 32L << 20;

  private final GivenKey key;
  private final boolean keepSpool;
  private final Consumer<String> answers;

  /**
   * One that signs with that key.
   *
   * @param keepSpool whether the spool stays where it is
   * @param answers takes the JSON of each bundle
   */
  SealingChild(GivenKey key, boolean keepSpool, Consumer<String> answers) {
    this.key = key;
    this.keepSpool = keepSpool;
    this.answers = answers;
  }

  @Override
  public String seal(Path spool, Path bundle) throws IOException {
    Process child = start(spool, bundle, Format.json, ProcessBuilder.Redirect.PIPE);
    byte[] answer = child.getInputStream().readNBytes(MAX_ANSWER_BYTES);
    try {
      int status = child.waitFor();
      if (status == ExitCode.EVIDENCE_MISSING) {
        throw new EmptySpoolException("%s: no complete tick".formatted(spool));
      }
      if (status != ExitCode.OK) {
        throw new IOException(
            "sealing ended with status %d; nothing is lost, the recording is in %s"
                .formatted(status, spool));
      }
      String sha256 = JsonReader.object(answer).text("sha256");
      answers.accept(new String(answer, StandardCharsets.UTF_8));
      return sha256;
    } catch (JsonException e) {
      throw new IOException("the sealing process answers " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while %s was sealed".formatted(bundle), e);
    }
  }

  /**
   * The process; it says on standard output what it sealed.
   *
   * @param format of what it says
   * @param output where that goes
   */
  Process start(Path spool, Path bundle, Format format, ProcessBuilder.Redirect output)
      throws IOException {
    List<String> arguments = new ArrayList<>(
        List.of("seal", spool.toString(), "--out", bundle.toString(), "--format", format.name()));
    arguments.addAll(key.arguments());
    if (keepSpool) {
      arguments.add("--keep-spool");
    }
    return key.start(
        ChildJvm.of(bytes(spool) <= SHORT_BYTES ? ChildJvm.SHORT : ChildJvm.ANALYSIS, arguments)
            .redirectOutput(output)
            .redirectError(ProcessBuilder.Redirect.INHERIT));
  }

  private static long bytes(Path spool) throws IOException {
    long bytes = 0;
    try (DirectoryStream<Path> files = Files.newDirectoryStream(spool)) {
      for (Path file : files) {
        bytes += Files.size(file);
      }
    }
    return bytes;
  }
}
