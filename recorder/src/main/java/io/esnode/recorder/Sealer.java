package io.esnode.recorder;

import io.esnode.bundle.BundleException;
import io.esnode.bundle.BundleFile;
import io.esnode.bundle.BundleWriter;
import io.esnode.bundle.Manifest;
import io.esnode.bundle.Sha256;
import io.esnode.json.Json;
import io.esnode.metric.Table;
import io.esnode.signature.PredicateType;
import io.esnode.signature.SidecarFile;
import io.esnode.signature.Signer;
import io.esnode.spool.SealOrder;
import io.esnode.spool.SpoolDirectory;
import io.esnode.spool.SpoolReader;
import io.esnode.spool.SpoolVisitor;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Turns a spool into one signed bundle. The same spool gives the same bytes. Reads the spool twice, so that memory does not
 * grow with the length of the recording; the spool is removed only when bundle and sidecar are durable.
 */
public final class Sealer {
  private final SpoolDirectory spool;
  private final Path target;
  private final Signer signer;
  private final boolean keepSpool;

  public Sealer(SpoolDirectory spool, Path target, Signer signer) {
    this(spool, target, signer, false);
  }

  /** @param keepSpool whether it stays where it is */
  public Sealer(SpoolDirectory spool, Path target, Signer signer, boolean keepSpool) {
    this.spool = spool;
    this.target = target;
    this.signer = signer;
    this.keepSpool = keepSpool;
  }

  /**
   * What was sealed.
   *
   * @param sha256 of the bundle
   * @param damage what could not be read from the spool
   */
  public record Sealed(
      String sha256, long sizeBytes, Manifest manifest, List<SpoolVisitor.Damage> damage) {
    public Sealed {
      damage = List.copyOf(damage);
    }
  }

  /**
   * Seals, signs, and removes the spool unless it is to be kept.
   *
   * @throws IOException if the spool cannot be read or the bundle not be written; the spool stays as it is
   */
  public Sealed seal() throws IOException {
    SpoolReader reader = SpoolReader.open(spool);
    SealOrder order = reader.order();
    Survey survey = new Survey(reader.header(), order);
    SpoolReader.Summary summary = reader.read(survey);
    if (order != null && summary.segments() <= order.lastSegment() - order.firstSegment()) {
      Manifest manifest = sealedBefore(order);
      if (manifest != null) {
        spool.delete(reader.segments());
        return new Sealed(Sha256.hex(target), Files.size(target), manifest, List.of());
      }
    }
    if (survey.captured() == 0) {
      throw new EmptySpoolException("%s: no complete tick in %d segments; there is nothing to seal"
          .formatted(spool.path(), summary.segments()));
    }
    BundleWriter.Sealed bundle;
    List<Table> tables = survey.tables();
    try (BundleWriter writer = BundleWriter.create(target, reader.header().node(), tables)) {
      bundle = write(writer, reader, survey, tables, summary);
      refuseToReplace(bundle);
      byte[] sidecar = signer.sign(
          String.valueOf(target.getFileName()),
          bundle.sha256(),
          bundle.manifest().simulated()
              ? PredicateType.SIMULATED_RECORDING
              : PredicateType.RECORDING,
          Json.object().put("manifest", bundle.manifest().toJson()).build());
      SidecarFile.write(target, sidecar);
      writer.publish();
    }
    if (!keepSpool) {
      spool.delete(reader.segments());
    }
    return new Sealed(bundle.sha256(), bundle.sizeBytes(), bundle.manifest(), survey.damage());
  }

  /**
   * What bundle a spool becomes; nothing is left of it.
   *
   * @param spool stays as it is
   * @param scratch a name for the file, which is removed again
   * @return its SHA-256
   */
  public static String rebuild(SpoolDirectory spool, Path scratch) throws IOException {
    SpoolReader reader = SpoolReader.open(spool);
    Survey survey = new Survey(reader.header(), reader.order());
    SpoolReader.Summary summary = reader.read(survey);
    if (survey.captured() == 0) {
      throw new EmptySpoolException("%s: no complete tick".formatted(spool.path()));
    }
    List<Table> tables = survey.tables();
    try (BundleWriter writer = BundleWriter.create(scratch, reader.header().node(), tables)) {
      return write(writer, reader, survey, tables, summary).sha256();
    }
  }

  private static BundleWriter.Sealed write(
      BundleWriter writer,
      SpoolReader reader,
      Survey survey,
      List<Table> tables,
      SpoolReader.Summary summary)
      throws IOException {
    SealedRows rows = new SealedRows(writer, survey, tables);
    reader.read(rows);
    rows.finish();
    return writer.finish(groups -> survey.manifest(summary, groups));
  }

  /** What is sealed already of a part whose segments were being removed; null where nothing is. */
  private @Nullable Manifest sealedBefore(SealOrder order) throws IOException {
    if (!Files.isRegularFile(target) || !Files.isRegularFile(SidecarFile.of(target))) {
      return null;
    }
    try (FileChannel bundle = FileChannel.open(target, StandardOpenOption.READ)) {
      Manifest there = BundleFile.read(target.toString(), bundle).manifest();
      boolean same = there.recordingId().equals(order.recordingId())
          && there.stream()
              .equals(new Manifest.Stream(
                  order.streamId(), order.sequence(), order.previousBundle(), order.selection()))
          && (order.chainHead() == null
              || order.chainHead().equals(there.spool().chainHead()));
      return same ? there : null;
    } catch (BundleException e) {
      // Something else stands there; sealing says so.
      return null;
    }
  }

  /** Sealing again after a crash gives the same bytes; anything else at that place is other evidence. */
  private void refuseToReplace(BundleWriter.Sealed bundle) throws IOException {
    if (Files.exists(target)
        && (Files.size(target) != bundle.sizeBytes()
            || !Sha256.hex(target).equals(bundle.sha256()))) {
      throw new IOException(
          "%s: another file stands there, and evidence is never overwritten; seal to another name with: esnode recover %s --out FILE"
              .formatted(target, spool.path()));
    }
  }
}
