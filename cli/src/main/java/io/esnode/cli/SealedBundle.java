package io.esnode.cli;

import io.esnode.bundle.BundleRows;
import io.esnode.bundle.Manifest;
import io.esnode.json.Json;
import io.esnode.json.JsonException;
import io.esnode.seal.EpochSeal;
import io.esnode.signature.ExitCode;
import io.esnode.signature.PredicateType;
import io.esnode.signature.Verdict;
import io.esnode.signer.SealChain;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A bundle of which every byte is as it was signed, and the seals in it.
 *
 * @param manifest without inventory, lanes, NVML and row groups
 * @param problem why its seals cannot be read; null where they can
 */
record SealedBundle(
    Path file,
    String sha256,
    String signer,
    Manifest manifest,
    List<EpochSeal> seals,
    @Nullable String problem) {
  private static final String TABLE = "seal";

  /** How {@link ContinuousOptions#describe} says that a recording becomes several bundles. */
  private static final String BUNDLES = "bundles";

  SealedBundle {
    seals = List.copyOf(seals);
  }

  /** Null where the file is no recording, or not as it was signed: nothing in it can be relied on. */
  static @Nullable SealedBundle of(Path file, Verdict verdict) {
    Json.Obj statement = verdict.statement();
    Verdict.SignerIdentity signer = verdict.signer();
    String sha256 = verdict.sha256();
    boolean whole = verdict.checks().stream()
        .allMatch(check -> check.passed() || check.reason().exit() == ExitCode.UNTRUSTED);
    if (!whole || statement == null || signer == null || sha256 == null) {
      return null;
    }
    Manifest manifest;
    try {
      if (!PredicateType.RECORDINGS.contains(statement.text("predicateType"))) {
        return null;
      }
      manifest = Manifest.from(statement.obj("predicate").obj("manifest"));
    } catch (JsonException e) {
      // Another check refuses it.
      return null;
    }
    try {
      return new SealedBundle(
          file, sha256, signer.keyId(), small(manifest), seals(file, manifest), null);
    } catch (IOException e) {
      return new SealedBundle(
          file, sha256, signer.keyId(), small(manifest), List.of(), String.valueOf(e.getMessage()));
    }
  }

  /** Without what nobody here asks for: it is kept until the last file was read. */
  private static Manifest small(Manifest whole) {
    return new Manifest(
        whole.recordingId(),
        whole.node(),
        whole.bootId(),
        whole.simulated(),
        whole.toolVersion(),
        whole.config(),
        whole.configSha256(),
        whole.startTs(),
        whole.endTs(),
        whole.intervalNanos(),
        whole.ticks(),
        whole.clock(),
        whole.cost(),
        whole.gaps(),
        Map.of(),
        whole.spool(),
        whole.stream(),
        List.of(),
        null,
        List.of());
  }

  private static List<EpochSeal> seals(Path file, Manifest manifest)
      throws IOException, JsonException {
    List<EpochSeal> seals = new ArrayList<>();
    if (manifest.rowGroups().stream().noneMatch(group -> group.kind().equals(TABLE))) {
      return seals;
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      for (BundleRows.Row row : BundleRows.read(file.toString(), channel, TABLE)) {
        seals.add(seal(manifest.recordingId(), row.texts(), row.numbers()));
      }
    }
    return seals;
  }

  private static EpochSeal seal(
      String recordingId, Map<String, String> texts, Map<String, Long> numbers)
      throws JsonException {
    return EpochSeal.of(
        recordingId,
        numbers.getOrDefault("epoch", -1L),
        texts.getOrDefault("reason", ""),
        numbers.getOrDefault("ts", -1L),
        numbers.getOrDefault("mono_ns", -1L),
        numbers.get("segment"),
        numbers.get("offset_bytes"),
        texts.get("head_sha256"),
        texts.getOrDefault("key", ""),
        texts.get("next_key_sha256"),
        texts.getOrDefault("signature", ""));
  }

  String name() {
    return file.toString();
  }

  /** Whether there is nothing to judge: recorded before there were seals, or without. */
  boolean isWithout() {
    return seals.isEmpty()
        && problem == null
        && manifest.config().getOrDefault("seal.interval", "off").equals("off");
  }

  SealChain.Part part() {
    boolean several = manifest.config().containsKey(BUNDLES);
    boolean first =
        manifest.stream().sequence() == 0 && manifest.stream().selection().equals("continuous");
    return new SealChain.Part(
        name(),
        signer,
        !several || first,
        manifest.spool().recovered()
            ? SealChain.Ending.ANYWHERE
            : several ? SealChain.Ending.OF_SEGMENT : SealChain.Ending.OF_RECORDING,
        seals);
  }
}
