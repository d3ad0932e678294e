package io.esnode.doctor;

import io.esnode.nvml.NvmlReturn;
import io.esnode.wire.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What NVML answered, as the process that a recording starts has seen it. */
final class GpuChecks {
  private final GpuAnswer answer;

  GpuChecks(GpuAnswer answer) {
    this.answer = answer;
  }

  List<Check> all() {
    List<Check> checks = new ArrayList<>();
    checks.add(nvml());
    for (Message.Gpu gpu : answer.gpus()) {
      gpu(gpu, checks);
    }
    return checks;
  }

  private Check nvml() {
    Message.Session session = answer.session();
    String library = answer.process().getOrDefault("library.path", "");
    if (session == null) {
      String failure = answer.failure();
      return Check.blocked(
          "nvml",
          failure == null ? "the capture process said nothing" : failure,
          library.isEmpty()
              ? null
              : "look for processes in state D: ps -eo pid,stat,wchan,comm | grep ' D'");
    }
    if (session.initReturn() != NvmlReturn.SUCCESS) {
      return Check.blocked(
          "nvml",
          "nvmlInit_v2: " + NvmlReturn.words(session.initReturn()),
          remedy(session.initReturn()));
    }
    String found = "NVML %s, driver %s"
        .formatted(
            session.facts().getOrDefault("nvml.version", "of unknown version"),
            session.facts().getOrDefault("driver.version", "of unknown version"));
    String failure = answer.failure();
    return failure == null
        ? Check.ok("nvml", found)
        : Check.blocked("nvml", found + "; " + failure, null);
  }

  private static @Nullable String remedy(int code) {
    return switch (code) {
      case NvmlReturn.NO_PERMISSION -> "run as root, or as a member of the group of /dev/nvidiactl";
      case NvmlReturn.DRIVER_NOT_LOADED -> "modprobe nvidia";
      case NvmlReturn.LIBRARY_NOT_FOUND ->
        "in a container: docker run --gpus all ...; else install the driver's libnvidia-compute";
      case NvmlReturn.OPERATING_SYSTEM ->
        "docker run --gpus all ..., or allow c 195:* rw in the devices cgroup";
      case NvmlReturn.LIB_RM_VERSION_MISMATCH ->
        "boot, or unload and load the driver: rmmod nvidia_uvm nvidia_drm nvidia_modeset nvidia && modprobe nvidia";
      default -> null;
    };
  }

  private void gpu(Message.Gpu gpu, List<Check> checks) {
    Map<String, String> facts = gpu.facts();
    String item = "gpu " + gpu.gpu();
    String name = "%s, %s".formatted(facts.getOrDefault("name", "name unknown"), gpu.entity());
    List<Message.Absence> lacking = answer.absences(gpu.gpu());
    List<Message.Absence> refused =
        lacking.stream().filter(GpuChecks::isTrouble).toList();
    if (!answer.answered(gpu.gpu())) {
      checks.add(Check.blocked(
          item,
          refused.isEmpty()
              ? name + " did not answer in time"
              : "%s: %s".formatted(name, refused.get(0).reason()),
          "nvidia-smi -i %d -q; dmesg | grep -e NVRM -e AER".formatted(gpu.gpu())));
      return;
    }
    String found =
        "%s; %d values not offered by it".formatted(name, lacking.size() - refused.size());
    checks.add(
        refused.isEmpty()
            ? Check.ok(item, found)
            : Check.blocked(
                item, "%s; %s".formatted(found, summary(refused)), permission(refused)));
    settings(item, gpu.gpu(), facts, checks);
  }

  /** Not what the board cannot do, but what it was kept from. */
  private static boolean isTrouble(Message.Absence absence) {
    Integer code = absence.code();
    return code != null
        && code != NvmlReturn.SUCCESS
        && code != NvmlReturn.NOT_SUPPORTED
        && code != NvmlReturn.INVALID_ARGUMENT
        && code != NvmlReturn.NOT_FOUND
        && code != NvmlReturn.FUNCTION_NOT_FOUND
        && code != NvmlReturn.NO_DATA
        && code != NvmlReturn.ARGUMENT_VERSION_MISMATCH;
  }

  private static String summary(List<Message.Absence> refused) {
    return refused.stream()
        .collect(Collectors.groupingBy(
            a -> a.code() == null ? "" : NvmlReturn.words(a.code()),
            TreeMap::new,
            Collectors.counting()))
        .entrySet()
        .stream()
        .map(e -> "%s: %s".formatted(e.getKey(), e.getValue()))
        .collect(Collectors.joining(", "));
  }

  private static @Nullable String permission(List<Message.Absence> refused) {
    return refused.stream().allMatch(a -> a.code() != null && a.code() == NvmlReturn.NO_PERMISSION)
        ? "sudo esnode record ..."
        : null;
  }

  private static void settings(
      String item, int gpu, Map<String, String> facts, List<Check> checks) {
    if (off(facts, "persistence.mode")) {
      checks.add(Check.note(
          item,
          "persistence mode off: counters restart whenever nobody uses the GPU",
          "systemctl enable --now nvidia-persistenced"));
    }
    if (off(facts, "accounting.mode")) {
      checks.add(Check.note(
          item,
          "accounting mode off: processes that ended before a recording leave no trace",
          "nvidia-smi -i %d -am 1".formatted(gpu)));
    }
    if (off(facts, "ecc.mode")) {
      checks.add(Check.note(
          item, "ECC off: memory errors are not counted", "nvidia-smi -i %d -e 1".formatted(gpu)));
    }
    if ("1".equals(facts.get("mig.mode"))) {
      checks.add(Check.note(
          item,
          "MIG on: NVML gives no utilization of the whole device, nor remapped rows while instances run",
          null));
    }
    List<String> more = new ArrayList<>();
    more.add("1".equals(facts.get("gpm.supported")) ? "GPM yes" : "GPM no");
    more.add("events %s".formatted(facts.getOrDefault("events.supported", "unknown")));
    String confidential = facts.get("confidential_computing");
    more.add(
        confidential == null
            ? "confidential computing not told"
            : "confidential computing " + confidential);
    checks.add(Check.ok(item, String.join(", ", more)));
  }

  private static boolean off(Map<String, String> facts, String fact) {
    return "0".equals(facts.get(fact));
  }
}
