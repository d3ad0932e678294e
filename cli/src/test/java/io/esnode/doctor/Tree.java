package io.esnode.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** A directory that looks like a machine. */
record Tree(Path root) {
  Tree with(String path, String text) throws IOException {
    Path file = root.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
    return this;
  }

  Tree link(String path, String target) throws IOException {
    Path file = root.resolve(path);
    Files.createDirectories(file.getParent());
    Files.createSymbolicLink(file, Path.of(target));
    return this;
  }

  /** An H100 as Linux lists it. */
  Tree gpu(String address, String driver) throws IOException {
    String device = "sys/bus/pci/devices/" + address;
    return with(device + "/vendor", "0x10de\n")
        .with(device + "/class", "0x030200\n")
        .link(device + "/driver", "../../../bus/pci/drivers/" + driver);
  }

  /** The driver and its library, of the same version, and the files of one GPU. */
  Tree driver(String version) throws IOException {
    return with(
            "proc/driver/nvidia/version",
            "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  %s  Release Build  (root@x)\n"
                .formatted(version))
        .with("dev/nvidiactl", "")
        .with("dev/nvidia0", "");
  }

  Tree library(String version) throws IOException {
    return with("usr/lib/x86_64-linux-gnu/libnvidia-ml.so." + version, "")
        .link("usr/lib/x86_64-linux-gnu/libnvidia-ml.so.1", "libnvidia-ml.so." + version);
  }

  Machine machine() {
    return new Machine(root, Map.of());
  }
}
