package io.esnode.cli;

import io.esnode.bundle.NvmlSession;
import io.esnode.recorder.Sealer;
import io.esnode.seal.EpochSeal;
import io.esnode.signature.ReasonCode;
import io.esnode.signature.Verdict;
import io.esnode.spool.LaneName;
import io.esnode.spool.SpoolDirectory;
import io.esnode.spool.SpoolException;
import io.esnode.spool.SpoolReader;
import io.esnode.spool.SpoolVisitor;
import io.esnode.spool.TextRow;
import io.esnode.spool.Tick;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Whether a spool that was kept is what was sealed, epoch by epoch, and becomes the bundle that was signed. */
final class KeptSpool implements SpoolVisitor {
  private final SealedBundle bundle;
  private final Path path;
  private final Map<Long, EpochSeal> seals = new TreeMap<>();
  private final List<Long> different = new ArrayList<>();

  private KeptSpool(SealedBundle bundle, Path path) {
    this.bundle = bundle;
    this.path = path;
  }

  /**
   * Compares.
   *
   * @param notPerformed takes what could not be done
   */
  static List<Verdict.Check> compare(SealedBundle bundle, Path path, List<String> notPerformed) {
    List<Verdict.Check> checks = new ArrayList<>();
    try (SpoolDirectory directory = SpoolDirectory.reading(path)) {
      if (new KeptSpool(bundle, path).heads(directory, checks, notPerformed)) {
        rows(bundle, path, directory, checks, notPerformed);
      }
    } catch (SpoolException e) {
      checks.add(failed("%s: cannot be read: %s".formatted(path, e.getMessage())));
    } catch (IOException e) {
      notPerformed.add("rows against the sealed heads: %s: %s".formatted(path, Reason.of(e)));
    }
    return checks;
  }

  /** Whether all of it is there, and is as it was sealed. */
  private boolean heads(
      SpoolDirectory directory, List<Verdict.Check> checks, List<String> notPerformed)
      throws IOException {
    SpoolReader reader = SpoolReader.open(directory);
    String recording = reader.header().recordingId();
    if (!recording.equals(bundle.manifest().recordingId())) {
      checks.add(failed("%s: of recording %s, not of %s"
          .formatted(path, Text.oneLine(recording), bundle.manifest().recordingId())));
      return false;
    }
    EpochSeal genesis = reader.header().genesis();
    if (genesis != null) {
      seals.put(0L, genesis);
    }
    reader.read(this);
    if (!different.isEmpty()) {
      checks.add(failed("%s: does not begin as it was sealed in epoch %d: it was changed or damaged"
          .formatted(path, different.get(0))));
      return false;
    }
    for (EpochSeal seal : bundle.seals()) {
      EpochSeal own = seals.get(seal.epoch());
      if (own == null) {
        // As where there is no spool: segments were removed, perhaps by a sealing that was
        // interrupted.
        notPerformed.add(
            "rows of %s against the sealed heads: NOT CHECKED, %s does not hold all of the recording, such as epoch %d"
                .formatted(bundle.name(), path, seal.epoch()));
        return false;
      }
      if (!own.equals(seal)) {
        checks.add(failed("%s: has another seal of epoch %d than %s"
            .formatted(path, seal.epoch(), bundle.name())));
        return false;
      }
    }
    return true;
  }

  private static void rows(
      SealedBundle bundle,
      Path path,
      SpoolDirectory directory,
      List<Verdict.Check> checks,
      List<String> notPerformed)
      throws IOException {
    String version = bundle.manifest().toolVersion();
    if (!version.equals(Version.text())) {
      notPerformed.add(
          "rows against the sealed heads: the heads are those of %s; that it becomes this bundle, esnode %s can tell, this is %s"
              .formatted(path, Text.oneLine(version), Version.text()));
      return;
    }
    Path scratch = Files.createTempDirectory("esnode-verify");
    try {
      String again = Sealer.rebuild(directory, scratch.resolve("again.parquet"));
      checks.add(
          again.equals(bundle.sha256())
              ? new Verdict.Check(
                  ReasonCode.SPOOL_MISMATCH,
                  true,
                  "rows: %s has every sealed head, and becomes this bundle byte for byte"
                      .formatted(path))
              : failed("%s: becomes another bundle, SHA-256 %s: rows of this one were changed"
                  .formatted(path, again)));
    } finally {
      Files.delete(scratch);
    }
  }

  private static Verdict.Check failed(String message) {
    return new Verdict.Check(ReasonCode.SPOOL_MISMATCH, false, message);
  }

  @Override
  public void seal(EpochSeal seal, boolean differs) {
    seals.put(seal.epoch(), seal);
    if (differs) {
      different.add(seal.epoch());
    }
  }

  @Override
  public void tick(Tick tick) {
    // The bundle made again tells.
  }

  @Override
  public void laneTick(LaneName lane, Tick tick) {
    // The bundle made again tells.
  }

  @Override
  public void session(NvmlSession session, long monoNanos) {
    // The bundle made again tells.
  }

  @Override
  public void row(TextRow row, long monoNanos) {
    // The bundle made again tells.
  }

  @Override
  public void damage(Damage damage) {
    // A recovered bundle has it too.
  }
}
