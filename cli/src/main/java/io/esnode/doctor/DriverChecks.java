package io.esnode.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The GPUs as the kernel sees them, without NVML: bus, driver, library, device files. Touches no device. */
final class DriverChecks {
  private static final String BUS = "sys/bus/pci/devices";
  private static final String NVIDIA = "0x10de";
  private static final String LIBRARY = "libnvidia-ml.so.1";

  /** Where distributions, containers and driver installers put it; what the loader finds decides. */
  private static final List<String> DIRECTORIES = List.of(
      "usr/lib/x86_64-linux-gnu",
      "usr/lib/aarch64-linux-gnu",
      "usr/lib64",
      "usr/lib",
      "usr/local/nvidia/lib64",
      "run/nvidia/driver/usr/lib/x86_64-linux-gnu",
      "run/nvidia/driver/usr/lib64",
      "usr/lib/wsl/lib");

  private static final Pattern VERSION =
      Pattern.compile("Kernel Module(?: for \\S+)?\\s+(\\d+(?:\\.\\d+){1,3})");
  private static final Pattern LIBRARY_VERSION =
      Pattern.compile("libnvidia-ml\\.so\\.(\\d+(?:\\.\\d+){1,3})");
  private static final Pattern DEVICE = Pattern.compile("nvidia\\d+|nvidiactl");

  private final Machine machine;
  private final List<String> gpus;

  DriverChecks(Machine machine) {
    this.machine = machine;
    this.gpus = gpus(machine);
  }

  /** Whether there is anything of NVIDIA here. */
  boolean hasGpu() {
    return !gpus.isEmpty() || loaded().isPresent();
  }

  List<Check> all() {
    if (!hasGpu()) {
      return List.of(Check.absent("gpu", "no NVIDIA GPU on the PCI bus, no driver loaded", null));
    }
    List<Check> checks = new ArrayList<>();
    checks.add(bus());
    checks.add(driver());
    checks.add(library());
    versions().ifPresent(checks::add);
    checks.add(devices());
    return checks;
  }

  /** Class 0x03: display controllers, among them 3D controllers without a display. */
  private static List<String> gpus(Machine machine) {
    return machine.names(BUS).stream()
        .filter(
            address -> machine.line(BUS + "/" + address + "/vendor").orElse("").equals(NVIDIA)
                && machine.line(BUS + "/" + address + "/class").orElse("").startsWith("0x03"))
        .toList();
  }

  private Optional<String> loaded() {
    return machine
        .find("proc/driver/nvidia/version", VERSION)
        .or(() -> machine.line("sys/module/nvidia/version"));
  }

  private Check bus() {
    List<String> foreign = new ArrayList<>();
    List<String> asleep = new ArrayList<>();
    for (String address : gpus) {
      String device = BUS + "/" + address;
      String driver = machine.linkName(device + "/driver").orElse("no driver");
      if (!driver.equals("nvidia")) {
        foreign.add("%s: %s".formatted(address, driver));
      }
      if (machine.line(device + "/power/runtime_status").orElse("").equals("suspended")) {
        asleep.add(address);
      }
    }
    String found = "%d on the PCI bus".formatted(gpus.size());
    if (!foreign.isEmpty()) {
      return Check.blocked(
          "gpu",
          "%s; not the nvidia driver's: %s".formatted(found, String.join(", ", foreign)),
          foreign.stream().anyMatch(f -> f.endsWith("vfio-pci"))
              ? "record inside the virtual machine that was given the GPU"
              : "modprobe nvidia");
    }
    return asleep.isEmpty()
        ? Check.ok("gpu", found)
        : Check.note(
            "gpu",
            "%s; asleep, and a recording wakes them: %s"
                .formatted(found, String.join(", ", asleep)),
            null);
  }

  private Check driver() {
    return loaded()
        .map(version -> Check.ok("nvidia driver", version))
        .orElseGet(() -> Check.blocked("nvidia driver", "not loaded", "modprobe nvidia"));
  }

  private Check library() {
    Optional<Path> library = find();
    if (library.isPresent()) {
      return Check.ok("nvml library", "/" + machine.root().relativize(library.get()));
    }
    return Check.blocked(
        "nvml library",
        LIBRARY + " is in none of the usual directories",
        "in a container: docker run --gpus all ...; else install the driver's libnvidia-compute");
  }

  private Optional<Path> find() {
    List<Path> places = new ArrayList<>();
    String search = machine.environment().getOrDefault("LD_LIBRARY_PATH", "");
    for (String directory : search.split(":", -1)) {
      if (directory.startsWith("/")) {
        places.add(machine.path(directory.substring(1)));
      }
    }
    DIRECTORIES.forEach(directory -> places.add(machine.path(directory)));
    return places.stream()
        .map(place -> place.resolve(LIBRARY))
        .filter(Files::exists)
        .findFirst();
  }

  /** The file that the soname points to carries the version. */
  private Optional<Check> versions() {
    Optional<String> driver = loaded();
    Optional<String> library = find().flatMap(path -> {
      try {
        Matcher version =
            LIBRARY_VERSION.matcher(String.valueOf(path.toRealPath().getFileName()));
        return version.matches() ? Optional.of(version.group(1)) : Optional.empty();
      } catch (IOException e) {
        return Optional.empty();
      }
    });
    if (driver.isEmpty() || library.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        driver.get().equals(library.get())
            ? Check.ok("versions", "driver and library agree")
            : Check.blocked(
                "versions",
                "driver %s, library %s: NVML will refuse (18)"
                    .formatted(driver.get(), library.get()),
                "boot, or unload and load the driver: rmmod nvidia_uvm nvidia_drm nvidia_modeset nvidia && modprobe nvidia"));
  }

  private Check devices() {
    List<String> files = machine.names("dev").stream()
        .filter(name -> DEVICE.matcher(name).matches())
        .toList();
    long cards = files.stream().filter(name -> !name.equals("nvidiactl")).count();
    if (cards == 0 || !files.contains("nvidiactl")) {
      return Check.blocked(
          "device files",
          "no /dev/nvidia* for %d GPUs".formatted(gpus.size()),
          "in a container: docker run --gpus all ...; else once as root: nvidia-smi");
    }
    List<String> closed = files.stream()
        .filter(name -> !Files.isReadable(machine.path("dev/" + name))
            || !Files.isWritable(machine.path("dev/" + name)))
        .toList();
    if (!closed.isEmpty()) {
      return Check.blocked(
          "device files",
          "this user cannot open /dev/%s".formatted(String.join(", /dev/", closed)),
          "run as root, or as a member of the group of /dev/" + closed.get(0));
    }
    return cards < gpus.size()
        ? Check.note(
            "device files",
            "%d of %d GPUs have one; the others are not recorded".formatted(cards, gpus.size()),
            null)
        : Check.ok("device files", "/dev/nvidiactl and %d GPUs can be opened".formatted(cards));
  }
}
