package io.esnode.cli;

import io.esnode.bundle.BundleException;
import io.esnode.json.Json;
import io.esnode.recorder.EmptySpoolException;
import io.esnode.recorder.Sealer;
import io.esnode.signature.ExitCode;
import io.esnode.signature.Signer;
import io.esnode.spool.SpoolDirectory;
import io.esnode.spool.SpoolException;
import io.esnode.spool.SpoolReader;
import io.esnode.spool.SpoolVisitor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/** What {@code record}, {@code recover} and the sealing process share: a spool becomes a signed bundle, and says so. */
final class Sealing {
  private Sealing() {}

  /**
   * Seals one spool.
   *
   * @param out null for the name the recorder had in mind
   * @param recovered whether to talk about what the recorder left behind
   */
  static int seal(
      CommandLine line,
      Path spool,
      @Nullable Path out,
      Path key,
      Format format,
      boolean recovered) {
    SpoolDirectory directory;
    Path target;
    try {
      directory = SpoolDirectory.open(spool);
      target = out != null ? out : target(spool, directory);
    } catch (SpoolException e) {
      throw new CommandException(ExitCode.MALFORMED, String.valueOf(e.getMessage()), e);
    } catch (IOException e) {
      throw new CommandException(ExitCode.CANNOT_WRITE, String.valueOf(Reason.of(e)), e);
    }
    try (directory) {
      Signer signer = NodeKey.signer(key);
      say(line, new Sealer(directory, target, signer).seal(), target, signer, format, recovered);
      return ExitCode.OK;
    } catch (EmptySpoolException e) {
      throw new CommandException(ExitCode.EVIDENCE_MISSING, String.valueOf(e.getMessage()), e);
    } catch (SpoolException | BundleException e) {
      throw new CommandException(ExitCode.MALFORMED, String.valueOf(e.getMessage()), e);
    } catch (IOException e) {
      throw new CommandException(
          ExitCode.CANNOT_WRITE,
          "%s: cannot be sealed: %s; nothing is lost, the recording is in %s: make room, then run: esnode recover %s"
              .formatted(target, Reason.of(e), spool, spool),
          e);
    }
  }

  private static Path target(Path spool, SpoolDirectory directory) throws IOException {
    String name = SpoolReader.open(directory).header().target();
    if (name.isEmpty() || name.contains("/") || name.contains("\\") || name.startsWith(".")) {
      throw new SpoolException("%s: names %s as its bundle; say where to seal it with --out FILE"
          .formatted(spool, Text.oneLine(name)));
    }
    Path beside = spool.toAbsolutePath().getParent();
    try {
      return beside == null ? Path.of(name) : beside.resolve(name);
    } catch (InvalidPathException e) {
      throw new SpoolException(
          "%s: names %s as its bundle, which is no file name; say where to seal it with --out FILE"
              .formatted(spool, Text.oneLine(name)),
          e);
    }
  }

  private static void say(
      CommandLine line,
      Sealer.Sealed sealed,
      Path target,
      Signer signer,
      Format format,
      boolean recovered)
      throws IOException {
    if (format == Format.json) {
      line.getOut()
          .print(Json.object()
              .put("schema", "esnode.sealed/1")
              .put("bundle", target.toString())
              .put("sha256", sealed.sha256())
              .put("size_bytes", sealed.sizeBytes())
              .put("rows", sealed.manifest().rows())
              .put("ticks_expected", sealed.manifest().ticks().expected())
              .put("ticks_captured", sealed.manifest().ticks().captured())
              .put("gaps", sealed.manifest().gaps())
              .put("recovered", sealed.manifest().spool().recovered())
              .put("damaged_bytes", sealed.manifest().spool().damagedBytes())
              .put("key_id", signer.keyId())
              .build()
              .pretty());
    }
    if (recovered) {
      for (SpoolVisitor.Damage damage : sealed.damage()) {
        line.getErr()
            .println("esnode: %s at byte %d: %d bytes skipped: %s"
                .formatted(
                    damage.segment(),
                    damage.offset(),
                    damage.bytes(),
                    Text.oneLine(damage.reason())));
      }
    }
    line.getErr()
        .println(String.format(
            Locale.ROOT,
            "esnode: %s %s: %d of %d ticks, %d rows, %,d bytes, signed by key %s",
            recovered ? "recovered" : "sealed",
            Text.oneLine(target.toString()),
            sealed.manifest().ticks().captured(),
            sealed.manifest().ticks().expected(),
            sealed.manifest().rows(),
            Files.size(target),
            signer.keyId().substring(0, 16)));
  }
}
