package io.esnode.capture;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the kernel says about NVIDIA GPUs, read from files that wake nobody: sysfs of the PCI bus, and {@code
 * /proc/driver/nvidia}. A machine without them has none.
 */
final class PciDevices {
  private static final String NVIDIA = "0x10de";
  private static final String DISPLAY_CLASS = "0x03";
  private static final Pattern VERSION =
      Pattern.compile("(?:^|\\s)(\\d+\\.\\d+(?:\\.\\d+)?)(?:\\s|$)");
  private static final Pattern LIBRARY =
      Pattern.compile("libnvidia-ml\\.so\\.(\\d+\\.\\d+(?:\\.\\d+)?)$");
  private static final Pattern UUID =
      Pattern.compile("^GPU UUID:\\s*(GPU-[0-9a-fA-F-]+)\\s*$", Pattern.MULTILINE);

  private final Path root;

  /** @param root where {@code sys} and {@code proc} lie */
  PciDevices(Path root) {
    this.root = root;
  }

  /** Addresses of NVIDIA display devices. */
  Set<String> gpus() {
    Set<String> gpus = new TreeSet<>();
    for (Path device : children("sys/bus/pci/devices")) {
      if (text(device.resolve("vendor")).equals(NVIDIA)
          && text(device.resolve("class")).startsWith(DISPLAY_CLASS)) {
        gpus.add(name(device));
      }
    }
    return gpus;
  }

  /** Those of them that runtime power management has put to sleep; asking NVML would wake them. */
  Set<String> sleeping() {
    Set<String> sleeping = new TreeSet<>();
    for (String gpu : gpus()) {
      if (isSleeping(gpu)) {
        sleeping.add(gpu);
      }
    }
    return sleeping;
  }

  boolean isSleeping(String gpu) {
    return text(root.resolve("sys/bus/pci/devices").resolve(gpu).resolve("power/runtime_status"))
        .equals("suspended");
  }

  /** GPUs that the driver has bound, with their UUID, empty where it does not say. */
  Map<String, String> bound() {
    Map<String, String> bound = new TreeMap<>();
    for (Path gpu : children("proc/driver/nvidia/gpus")) {
      bound.put(PciAddress.of(name(gpu)), uuid(text(gpu.resolve("information"))));
    }
    return bound;
  }

  /** Version of the loaded kernel module; empty where there is none. */
  String driverVersion() {
    return driverVersion(text(root.resolve("proc/driver/nvidia/version")));
  }

  /** Reads {@code NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.163.01  Thu …}. */
  static String driverVersion(String text) {
    String line = text.lines().findFirst().orElse("");
    Matcher version = VERSION.matcher(line);
    return line.startsWith("NVRM version:") && version.find() ? version.group(1) : "";
  }

  /** Reads the version off a library's file name; empty where there is none. */
  static String libraryVersion(String path) {
    Matcher version = LIBRARY.matcher(path);
    return version.find() ? version.group(1) : "";
  }

  /** Reads a line such as {@code GPU UUID: GPU-…}; the driver writes question marks until the GPU was first opened. */
  static String uuid(String information) {
    Matcher uuid = UUID.matcher(information);
    return uuid.find() ? uuid.group(1) : "";
  }

  private List<Path> children(String directory) {
    List<Path> children = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(root.resolve(directory))) {
      stream.forEach(children::add);
    } catch (IOException e) {
      return List.of();
    }
    return children;
  }

  private static String name(Path path) {
    Path name = path.getFileName();
    return name == null ? "" : name.toString();
  }

  private static String text(Path file) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).trim();
    } catch (IOException e) {
      return "";
    }
  }
}
