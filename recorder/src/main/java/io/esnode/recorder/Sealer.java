package io.esnode.recorder;

import io.esnode.bundle.BundleException;
import io.esnode.bundle.BundleFile;
import io.esnode.bundle.BundleWriter;
import io.esnode.bundle.Manifest;
import io.esnode.bundle.NvmlSession;
import io.esnode.bundle.RowBatch;
import io.esnode.bundle.Sha256;
import io.esnode.json.Json;
import io.esnode.metric.Metric;
import io.esnode.metric.Registry;
import io.esnode.metric.Table;
import io.esnode.seal.EpochSeal;
import io.esnode.signature.PredicateType;
import io.esnode.signature.SidecarFile;
import io.esnode.signature.Signer;
import io.esnode.spool.LaneName;
import io.esnode.spool.SealOrder;
import io.esnode.spool.SealRow;
import io.esnode.spool.SpoolDirectory;
import io.esnode.spool.SpoolReader;
import io.esnode.spool.SpoolVisitor;
import io.esnode.spool.TextRow;
import io.esnode.spool.Tick;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
    try (BundleWriter writer =
        BundleWriter.create(target, reader.header().node(), tables(survey.tables()))) {
      bundle = write(writer, reader, survey, summary);
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
    try (BundleWriter writer =
        BundleWriter.create(scratch, reader.header().node(), tables(survey.tables()))) {
      return write(writer, reader, survey, summary).sha256();
    }
  }

  private static BundleWriter.Sealed write(
      BundleWriter writer, SpoolReader reader, Survey survey, SpoolReader.Summary summary)
      throws IOException {
    Rows rows = new Rows(writer, survey);
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

  private static List<Table> tables(Set<String> names) {
    return Registry.get().tables().stream()
        .filter(t -> names.contains(t.name()))
        .toList();
  }

  /** Second pass: every row into its row group. */
  private static final class Rows implements SpoolVisitor {
    private final BundleWriter writer;
    private final Survey survey;
    private final Map<String, RowBatch> batches = new LinkedHashMap<>();

    Rows(BundleWriter writer, Survey survey) {
      this.writer = writer;
      this.survey = survey;
    }

    @Override
    public void tick(Tick tick) throws IOException {
      ticks(tick, tick.number(), survey.origin("live"));
    }

    @Override
    public void laneTick(LaneName lane, Tick tick) throws IOException {
      ticks(tick, lane.isBurst() ? null : tick.number(), survey.origin(lane.rowOrigin()));
    }

    private void ticks(Tick tick, @Nullable Long number, String origin) throws IOException {
      for (int row = 0; row < tick.rows(); row++) {
        RowBatch batch = batch(tick.table(row));
        batch.startRow(tick.entity(row), origin, tick.source(row));
        batch.time(number, tick.tsMicros(), tick.monoNanos());
        int[] places = survey.places(tick.table(row));
        for (int column = 0; column < Math.min(tick.columns(row), places.length); column++) {
          if (tick.present(row, column)) {
            batch.set(places[column], tick.value(row, column));
          }
        }
        writeIfFull(batch);
      }
    }

    @Override
    public void row(TextRow row, long monoNanos) throws IOException {
      RowBatch batch = batch(row.table());
      batch.startRow(row.entity(), survey.origin(row.origin()), row.source());
      batch.time(row.tick(), row.tsMicros(), monoNanos);
      Table table = batch.table();
      for (int i = 0; i < table.columns().size(); i++) {
        Metric metric = table.columns().get(i);
        String text = row.texts().get(metric.column());
        Long number = row.numbers().get(metric.column());
        if (metric.type() == Metric.Type.TEXT && text != null) {
          batch.set(i, text);
        } else if (metric.type() != Metric.Type.TEXT && number != null) {
          batch.set(i, number);
        }
      }
      writeIfFull(batch);
    }

    @Override
    public void session(NvmlSession session, long monoNanos) {
      // Stands in the manifest.
    }

    @Override
    public void seal(EpochSeal seal, boolean differs) throws IOException {
      row(SealRow.of(seal, survey.origin("live")), seal.monoNanos());
    }

    @Override
    public void damage(Damage damage) {
      // Counted in the first pass.
    }

    void finish() throws IOException {
      for (TextRow row : survey.added()) {
        row(row, survey.monoOf(row));
      }
      List<RowBatch> inOrder = new ArrayList<>();
      for (Table table : Registry.get().tables()) {
        RowBatch batch = batches.get(table.name());
        if (batch != null) {
          inOrder.add(batch);
        }
      }
      for (RowBatch batch : inOrder) {
        writer.write(batch);
      }
    }

    private RowBatch batch(String table) {
      return batches.computeIfAbsent(table, name -> new RowBatch(Registry.get().table(name)));
    }

    private void writeIfFull(RowBatch batch) throws IOException {
      if (batch.size() >= BundleWriter.rowsPerGroup(batch.table())) {
        writer.write(batch);
        batch.clear();
      }
    }
  }
}
