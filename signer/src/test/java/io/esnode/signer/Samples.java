package io.esnode.signer;

import io.esnode.bundle.BundleWriter;
import io.esnode.bundle.Manifest;
import io.esnode.bundle.RowBatch;
import io.esnode.bundle.Sha256;
import io.esnode.json.Json;
import io.esnode.metric.Registry;
import io.esnode.metric.Table;
import io.esnode.signature.PredicateType;
import io.esnode.signature.SidecarFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Small signed files for tests. */
final class Samples {
  static final Instant NOW = Instant.parse("2026-11-21T10:15:00Z");
  static final SigningKey KEY = SigningKey.generate();
  static final SigningKey OTHER_KEY = SigningKey.generate();
  static final String NOTE_TYPE = "https://example.org/note/v1";

  private static final Table DISK = Registry.get().table("disk");
  private static final Table AUDIT = Registry.get().table("audit");
  private static final long START_US = 1_790_000_000_000_000L;

  private Samples() {}

  /** A bundle of two row groups, unsigned. */
  static Manifest bundle(Path path, boolean simulated) throws IOException {
    try (BundleWriter writer =
        BundleWriter.create(path, "n-0123456789abcdef", List.of(DISK, AUDIT))) {
      RowBatch disk = new RowBatch(DISK);
      for (int tick = 0; tick < 5; tick++) {
        disk.startRow("disk:sda", "live", "procfs.diskstats");
        disk.time((long) tick, START_US + tick, 5_000_000_000L + tick);
        disk.set(DISK.indexOf("reads_count"), 100L + tick);
      }
      writer.write(disk);
      RowBatch audit = new RowBatch(AUDIT);
      audit.startRow("node", "live", "esnode");
      audit.time(null, START_US, 5_000_000_000L);
      audit.set(AUDIT.indexOf("action"), "recorder.started");
      audit.set(AUDIT.indexOf("outcome"), "success");
      writer.write(audit);
      BundleWriter.Sealed sealed = writer.finish(groups -> manifest(simulated, groups));
      writer.publish();
      return sealed.manifest();
    }
  }

  private static Manifest manifest(boolean simulated, List<Manifest.RowGroup> groups) {
    return new Manifest(
        "01993f6e-0000-7000-8000-000000000001",
        "n-0123456789abcdef",
        "b0b0b0b0-0000-4000-8000-000000000000",
        simulated,
        "0.1.0",
        Map.of("interval", "PT1S"),
        Sha256.hex("{}"),
        START_US,
        START_US + 4,
        1_000_000_000L,
        new Manifest.Ticks(5, 5, 0, 0),
        new Manifest.Clock("unknown", List.of()),
        new Manifest.Cost(null, null),
        0,
        Map.of("kernel.release", "6.1.0"),
        new Manifest.Spool(Sha256.hex("{}"), 1, 1, false, 0),
        new Manifest.Stream("01993f6e-0000-7000-8000-000000000002", 0, null, "manual"),
        List.of(),
        null,
        groups);
  }

  /** A bundle and its sidecar. */
  static Path signedBundle(Path directory) throws IOException {
    Path file = directory.resolve("sample.parquet");
    Manifest manifest = bundle(file, false);
    sign(KEY, file, PredicateType.RECORDING, predicate(manifest.toJson()));
    return file;
  }

  /** A text file of a few bytes and its sidecar, of type {@link #NOTE_TYPE}. */
  static Path signedNote(Path directory, String name, String text) throws IOException {
    Path file = Files.writeString(directory.resolve(name), text);
    sign(KEY, file, NOTE_TYPE, Json.object().build());
    return file;
  }

  static Json.Obj predicate(Json.Obj manifest) {
    return Json.object().put("manifest", manifest).build();
  }

  static void sign(SigningKey key, Path file, String type, Json.Obj predicate) throws IOException {
    SidecarFile.write(
        file,
        new SidecarSigner(key)
            .sign(
                String.valueOf(file.getFileName()),
                Sha256.hex(Files.readAllBytes(file)),
                type,
                predicate));
  }

  static TrustedKeys trusting(SigningKey... keys) {
    return TrustedKeys.of(java.util.Arrays.stream(keys)
        .map(key -> TrustedKey.pinned("lab", key.verifyingKey(), NOW))
        .toList());
  }

  static SidecarVerifier bundles(SigningKey... keys) {
    return new SidecarVerifier(trusting(keys), PredicateType.RECORDINGS, NOW);
  }

  static SidecarVerifier notes(SigningKey... keys) {
    return new SidecarVerifier(trusting(keys), Set.of(NOTE_TYPE), NOW);
  }

  static byte[] flipped(byte[] bytes, int bit) {
    byte[] copy = bytes.clone();
    copy[bit / 8] ^= (byte) (1 << (bit % 8));
    return copy;
  }
}
