package io.esnode.cli;

import io.esnode.bundle.Sha256;
import io.esnode.gpu.CaptureLauncher;
import io.esnode.gpu.CaptureTiming;
import io.esnode.gpu.GpuCapture;
import io.esnode.gpu.GpuIntake;
import io.esnode.kernel.GpuAddresses;
import io.esnode.source.CaptureProcessSource;
import io.esnode.source.Clock;
import io.esnode.source.Failure;
import io.esnode.source.Source;
import io.esnode.source.Sources;
import io.esnode.spool.SpoolHeader;
import io.esnode.spool.SpoolWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What of a recording has to do with GPUs: whether there is anything to capture, decided without touching a device, and the
 * process that captures it.
 */
final class GpuPart {
  private final Path root;
  private final @Nullable Path library;
  private final @Nullable String absence;
  private final CaptureProcessSource cost;

  private GpuPart(Path root, @Nullable Path library, @Nullable String absence) {
    this.root = root;
    this.library = library;
    this.absence = absence;
    this.cost = new CaptureProcessSource(root.resolve("proc"));
  }

  /**
   * Looks whether a driver is there.
   *
   * @param root usually {@code /}
   * @param library given by the user, null for the system's own
   * @param off whether the user wants no GPU
   */
  static GpuPart of(Path root, @Nullable Path library, boolean off) {
    if (off) {
      return new GpuPart(root, null, "switched off with --no-gpu");
    }
    boolean driver = Files.exists(root.resolve("dev/nvidiactl"))
        || Files.exists(root.resolve("proc/driver/nvidia"));
    return new GpuPart(
        root,
        library,
        library != null || driver
            ? null
            : "no NVIDIA driver: neither /dev/nvidiactl nor /proc/driver/nvidia is there");
  }

  boolean isThere() {
    return absence == null;
  }

  /** Adds what the configuration is to say. */
  void describe(Map<String, String> config) {
    config.put("gpu", absence == null ? "captured" : absence);
    config.put("nvml.library", library == null ? "the system's own" : library.toString());
  }

  /** The host's sources, and the cost of the process that captures; or why there is none. */
  Sources with(Sources host) {
    List<Source> sources = new ArrayList<>(host.sources());
    List<Failure> missing = new ArrayList<>(host.missing());
    if (absence == null) {
      sources.add(cost);
    } else {
      missing.add(new Failure("node", "gpu", absence));
    }
    return new Sources(sources, host.tiers(), missing);
  }

  /**
   * The capture, not started yet.
   *
   * @param addresses learns where the GPUs are
   */
  GpuCapture capture(SpoolWriter spool, SpoolHeader header, Clock clock, GpuAddresses addresses) {
    Duration interval = Duration.ofNanos(header.intervalNanos());
    CaptureLauncher launcher = without ->
        ChildJvm.capture(library, root, header, nonce(header), without).start();
    return new GpuCapture(
        launcher,
        clock,
        spool,
        new GpuIntake(spool, this::isSimulated, addresses),
        cost,
        CaptureTiming.of(interval));
  }

  /** A library that answers where no driver is loaded is no more the system's than one that was named. */
  private boolean isSimulated() {
    return library != null || !Files.exists(root.resolve("proc/driver/nvidia/version"));
  }

  /** What a GPU signs: proof that its report was made for this recording. */
  private static String nonce(SpoolHeader header) {
    return Sha256.hex(header.recordingId());
  }
}
