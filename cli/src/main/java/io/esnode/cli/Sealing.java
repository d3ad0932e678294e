package io.esnode.cli;

import io.esnode.bundle.BundleException;
import io.esnode.json.Json;
import io.esnode.recorder.BundleSealer;
import io.esnode.recorder.EmptySpoolException;
import io.esnode.recorder.Leftover;
import io.esnode.recorder.Sealer;
import io.esnode.signature.ExitCode;
import io.esnode.signature.Signer;
import io.esnode.spool.SealOrder;
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
   * @param keepSpool whether it stays where it is
   * @param recovered whether to talk about what the recorder left behind
   */
  static int seal(
      CommandLine line,
      Path spool,
      @Nullable Path out,
      GivenKey key,
      boolean keepSpool,
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
      Signer signer = key.signer();
      say(
          line,
          new Sealer(directory, target, signer, keepSpool).seal(),
          target,
          signer,
          format,
          recovered);
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

  /**
   * Seals all that a recording of several bundles left.
   *
   * @param out directory to seal into, or the file where there is one bundle; null for beside the spool
   * @param keepSpool whether the part of each bundle stays beside it
   */
  static int sealRest(
      CommandLine line,
      Path spool,
      @Nullable Path out,
      GivenKey key,
      boolean keepSpool,
      Format format) {
    Signer signer = key.signer();
    BundleSealer sealer = (cut, bundle) -> {
      try (SpoolDirectory directory = SpoolDirectory.open(cut)) {
        Sealer.Sealed sealed = new Sealer(directory, bundle, signer, keepSpool).seal();
        say(line, sealed, bundle, signer, format, true);
        return sealed.sha256();
      }
    };
    Path bundles = out != null ? out : beside(spool);
    if (!Files.isDirectory(bundles)) {
      throw new CommandException(
          ExitCode.USAGE,
          "--out %s: %s becomes bundles of a stream, which have their names; name a directory that is there"
              .formatted(bundles, spool));
    }
    try (SpoolDirectory directory = SpoolDirectory.open(spool)) {
      if (new Leftover(directory, sealer, bundles, text -> line.getErr().println("esnode: " + text))
          .seal()
          .isEmpty()) {
        line.getErr().println("esnode: everything in %s had been sealed".formatted(spool));
      }
      return ExitCode.OK;
    } catch (EmptySpoolException e) {
      throw new CommandException(ExitCode.EVIDENCE_MISSING, String.valueOf(e.getMessage()), e);
    } catch (SpoolException | BundleException e) {
      throw new CommandException(ExitCode.MALFORMED, String.valueOf(e.getMessage()), e);
    } catch (IOException e) {
      throw new CommandException(
          ExitCode.CANNOT_WRITE,
          "%s: cannot be sealed: %s; nothing is lost: make room, then run: esnode recover %s"
              .formatted(spool, Reason.of(e), spool),
          e);
    }
  }

  private static Path beside(Path spool) {
    Path parent = spool.toAbsolutePath().normalize().getParent();
    return parent == null ? spool : parent;
  }

  private static Path target(Path spool, SpoolDirectory directory) throws IOException {
    SpoolReader reader = SpoolReader.open(directory);
    SealOrder order = reader.order();
    String name = order == null ? reader.header().target() : order.target();
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
