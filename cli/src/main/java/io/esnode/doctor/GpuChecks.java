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
      checks.add(gpu(gpu));
    }
    settings(checks);
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
                session.facts().getOrDefault("driver.version", "of unknown version"))
        + confidential(session.facts().get("confidential.feature"));
    String failure = answer.failure();
    if (failure == null && answer.gpus().isEmpty()) {
      return Check.blocked("nvml", found + "; it lists no GPU", "nvidia-smi -L; dmesg | grep NVRM");
    }
    return failure == null
        ? Check.ok("nvml", found)
        : Check.blocked("nvml", found + "; " + failure, null);
  }

  private static String confidential(@Nullable String feature) {
    return feature == null
        ? ""
        : ", confidential computing " + (feature.equals("0") ? "off" : "on");
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

  private Check gpu(Message.Gpu gpu) {
    Map<String, String> facts = gpu.facts();
    String item = "gpu " + gpu.gpu();
    String name = "%s, %s".formatted(facts.getOrDefault("name", "name unknown"), gpu.entity());
    List<Message.Absence> lacking = answer.absences(gpu.gpu());
    List<Message.Absence> refused =
        lacking.stream().filter(GpuChecks::isTrouble).toList();
    if (!answer.answered(gpu.gpu())) {
      return Check.blocked(
          item,
          refused.isEmpty()
              ? name + " did not answer in time"
              : "%s: %s".formatted(name, refused.get(0).reason()),
          "nvidia-smi -i %d -q; dmesg | grep -e NVRM -e AER".formatted(gpu.gpu()));
    }
    String found = "%s; GPM %s, events %s; %d values not offered by it"
        .formatted(
            name,
            "1".equals(facts.get("gpm.supported")) ? "yes" : "no",
            facts.getOrDefault("events.supported", "unknown"),
            lacking.size() - refused.size());
    return refused.isEmpty()
        ? Check.ok(item, found)
        : Check.blocked(item, "%s; %s".formatted(found, summary(refused)), permission(refused));
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
        ? "sudo esnode record ...; in a container: docker run --cap-add SYS_ADMIN ..."
        : null;
  }

  /** What an operator may have set, once for all GPUs that have it so. */
  private void settings(List<Check> checks) {
    setting(
        "persistence.mode",
        "0",
        "persistence mode off: counters restart whenever nobody uses the GPU",
        "systemctl enable --now nvidia-persistenced",
        checks);
    setting(
        "accounting.mode",
        "0",
        "accounting mode off: processes that ended before a recording leave no trace",
        "nvidia-smi%s -am 1",
        checks);
    setting("ecc.mode", "0", "ECC off: memory errors are not counted", "nvidia-smi%s -e 1", checks);
    setting(
        "mig.mode",
        "1",
        "MIG on: NVML gives no utilization of the whole device, nor remapped rows while instances run",
        null,
        checks);
  }

  /** @param remedy with a place for the GPUs; null for none */
  private void setting(
      String fact, String value, String found, @Nullable String remedy, List<Check> checks) {
    List<String> gpus = new ArrayList<>();
    for (Message.Gpu gpu : answer.gpus()) {
      if (value.equals(gpu.facts().get(fact))) {
        gpus.add(Integer.toString(gpu.gpu()));
      }
    }
    if (gpus.isEmpty()) {
      return;
    }
    boolean all = gpus.size() == answer.gpus().size();
    String some = String.join(",", gpus);
    checks.add(Check.note(
        all ? "every gpu" : "gpu " + some,
        found,
        remedy == null ? null : remedy.formatted(all ? "" : " -i " + some)));
  }
}
