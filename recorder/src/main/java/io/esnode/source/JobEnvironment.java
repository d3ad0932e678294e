package io.esnode.source;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a process was told of its Slurm job and its GPUs when it was started: six variables of its environment, and no other.
 * Whoever starts a process may put anything there; what does not look like such a value is left out.
 *
 * @param job SLURM_JOB_ID
 * @param step SLURM_STEP_ID, a number; steps without one have numbers from 4294967290 on
 * @param rank SLURM_PROCID, of all tasks of the step
 * @param localRank SLURM_LOCALID, of those on this node
 * @param visibleDevices CUDA_VISIBLE_DEVICES, which may be empty
 * @param jobGpus SLURM_JOB_GPUS, indices of the node's GPUs
 * @param problem why nothing could be read; null where it could
 */
public record JobEnvironment(
    @Nullable String job,
    @Nullable String step,
    @Nullable Long rank,
    @Nullable Long localRank,
    @Nullable String visibleDevices,
    @Nullable String jobGpus,
    @Nullable String problem) {
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,10}");
  private static final Pattern DEVICES =
      Pattern.compile("NoDevFiles|(?:(?:MIG-)?(?:GPU-)?[0-9a-fA-F/-]{1,80}(?:,|$)){0,32}");

  private static final Map<String, Pattern> TAKEN = Map.of(
      "SLURM_JOB_ID", NUMBER,
      "SLURM_STEP_ID", NUMBER,
      "SLURM_PROCID", NUMBER,
      "SLURM_LOCALID", NUMBER,
      "CUDA_VISIBLE_DEVICES", DEVICES,
      "SLURM_JOB_GPUS", DEVICES);

  private static final int BUFFER_BYTES = 4096;
  private static final int MOST_BYTES = 256 << 10;
  private static final int KEY_BYTES = 20;
  private static final int ENTRY_BYTES = 1024;

  /** Of a process below {@code /proc}; only root and its own user may read that. */
  static JobEnvironment of(Path process) {
    try (InputStream in = Files.newInputStream(process.resolve("environ"))) {
      return read(in);
    } catch (IOException e) {
      return new JobEnvironment(
          null, null, null, null, null, null, "/proc/PID/environ: " + KeptFile.cause(e));
    }
  }

  /** Passes over the entries, each ended by a NUL; of those that are not taken nothing is kept. */
  static JobEnvironment read(InputStream in) throws IOException {
    Map<String, String> found = new HashMap<>();
    byte[] buffer = new byte[BUFFER_BYTES];
    byte[] entry = new byte[ENTRY_BYTES];
    int length = 0;
    boolean key = true;
    boolean skipping = false;
    int total = 0;
    for (int count = in.read(buffer); count > 0 && total < MOST_BYTES; count = in.read(buffer)) {
      total += count;
      for (int i = 0; i < count; i++) {
        byte b = buffer[i];
        if (b == 0) {
          if (!skipping && !key) {
            take(new String(entry, 0, length, StandardCharsets.ISO_8859_1), found);
          }
          length = 0;
          key = true;
          skipping = false;
        } else if (!skipping) {
          boolean ends = key && b == '=';
          skipping = length == entry.length
              || (key && !ends && length == KEY_BYTES)
              || (ends && !isTaken(entry, length));
          if (!skipping) {
            entry[length++] = b;
            key = key && !ends;
          }
        }
      }
    }
    return of(found);
  }

  private static boolean isTaken(byte[] entry, int length) {
    return TAKEN.containsKey(new String(entry, 0, length, StandardCharsets.ISO_8859_1));
  }

  /** As getenv(3), the first of a name counts. */
  private static void take(String entry, Map<String, String> found) {
    int equals = entry.indexOf('=');
    String name = entry.substring(0, equals);
    String value = entry.substring(equals + 1);
    Pattern shape = TAKEN.get(name);
    if (shape != null && shape.matcher(value).matches()) {
      found.putIfAbsent(name, value);
    }
  }

  private static JobEnvironment of(Map<String, String> found) {
    return new JobEnvironment(
        found.get("SLURM_JOB_ID"),
        found.get("SLURM_STEP_ID"),
        number(found.get("SLURM_PROCID")),
        number(found.get("SLURM_LOCALID")),
        found.get("CUDA_VISIBLE_DEVICES"),
        found.get("SLURM_JOB_GPUS"),
        null);
  }

  private static @Nullable Long number(@Nullable String digits) {
    return digits == null ? null : Long.valueOf(digits);
  }
}
