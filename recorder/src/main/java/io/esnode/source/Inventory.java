package io.esnode.source;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.esnode.metric.Registry;
import io.esnode.metric.Table;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Facts about the host that hold while it is up, e.g. {@code kernel.release}. No host name, serial number or address.
 *
 * <p>A fact that is not to be had is left out: there is no row, never an empty or invented value.
 */
public final class Inventory {
  /** /proc/cpuinfo of a host with 512 CPUs has some 800 KiB; every other file has a line or a few. */
  private static final int LIMIT_BYTES = 4 << 20;

  private static final int SECTOR_BYTES = 512;
  private static final Pattern PRETTY_NAME = Pattern.compile("(?m)^PRETTY_NAME=(.*)$");
  private static final Pattern MODEL_NAME = Pattern.compile("(?m)^model name[ \t]*:(.*)$");
  private static final Pattern PROCESSOR = Pattern.compile("(?m)^processor[ \t]*:");
  private static final Pattern HYPERVISOR = Pattern.compile("(?m)^flags[ \t]*:.*\\bhypervisor\\b");

  private final Path root;
  private final Map<String, String> facts = new TreeMap<>();

  private Inventory(Path root) {
    this.root = root;
  }

  /**
   * Reads the facts.
   *
   * @param root usually {@code /}; {@code proc}, {@code sys} and {@code etc} are looked up below it
   * @return in the order of the names
   */
  public static Map<String, String> read(Path root) {
    Inventory inventory = new Inventory(root);
    inventory.kernel();
    inventory.machine();
    inventory.ptpClocks();
    inventory.disks();
    return inventory.facts;
  }

  private void kernel() {
    put("kernel.release", line("proc/sys/kernel/osrelease"));
    put("kernel.version", line("proc/sys/kernel/version"));
    put("boot.id", line("proc/sys/kernel/random/boot_id"));
    put("clock.source", line("sys/devices/system/clocksource/clocksource0/current_clocksource"));
    Optional<String> etc = text("etc/os-release").flatMap(Inventory::osName);
    put("os.name", etc.isPresent() ? etc : text("usr/lib/os-release").flatMap(Inventory::osName));
  }

  private void machine() {
    Optional<String> cpuinfo = text("proc/cpuinfo");
    put("cpu.model", cpuinfo.flatMap(Inventory::cpuModel));
    put("cpu.count", cpuinfo.flatMap(Inventory::cpuCount));
    put("memory.total_bytes", text("proc/meminfo").flatMap(Inventory::memoryBytes));
    Optional<String> type = line("sys/hypervisor/type");
    put(
        "machine.virtualization",
        type.isPresent() ? type : cpuinfo.flatMap(Inventory::virtualization));
    put("machine.vendor", line("sys/class/dmi/id/sys_vendor"));
    put("machine.product", line("sys/class/dmi/id/product_name"));
  }

  /** Hardware clocks of network adapters and hypervisors, e.g. {@code mlx5_ptp}, {@code KVM virtual PTP}. */
  private void ptpClocks() {
    try (DirectoryStream<Path> clocks = Files.newDirectoryStream(root.resolve("sys/class/ptp"))) {
      for (Path clock : clocks) {
        String name = String.valueOf(clock.getFileName());
        put("clock.ptp." + name, line("sys/class/ptp/" + name + "/clock_name"));
      }
    } catch (IOException | DirectoryIteratorException e) {
      // No such class: no facts about such clocks.
    }
  }

  private void disks() {
    try (DirectoryStream<Path> devices = Files.newDirectoryStream(root.resolve("sys/block"))) {
      for (Path device : devices) {
        String name = device.getFileName().toString();
        if (DiskFormat.isRecorded(name)) {
          put("disk." + name + ".model", line("sys/block/" + name + "/device/model"));
          put(
              "disk." + name + ".size_bytes",
              line("sys/block/" + name + "/size").flatMap(Inventory::diskBytes));
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      // No list of block devices: no facts about disks.
    }
  }

  private void put(String name, Optional<String> value) {
    value.filter(v -> !v.isEmpty()).ifPresent(v -> facts.put(name, v));
  }

  private Optional<String> line(String path) {
    return text(path).flatMap(t -> t.lines().findFirst()).map(String::strip);
  }

  private Optional<String> text(String path) {
    try (InputStream in = Files.newInputStream(root.resolve(path))) {
      return Optional.of(new String(in.readNBytes(LIMIT_BYTES), UTF_8));
    } catch (IOException | InvalidPathException e) {
      return Optional.empty();
    }
  }

  /** PRETTY_NAME of os-release(5), whose values may be quoted as in a shell. */
  static Optional<String> osName(String osRelease) {
    Matcher line = PRETTY_NAME.matcher(osRelease);
    if (!line.find()) {
      return Optional.empty();
    }
    String value = line.group(1).strip();
    if (value.length() >= 2
        && (value.charAt(0) == '"' || value.charAt(0) == '\'')
        && value.charAt(0) == value.charAt(value.length() - 1)) {
      value = value.substring(1, value.length() - 1);
    }
    return Optional.of(value.replaceAll("\\\\(.)", "$1"));
  }

  /** The model of the first CPU; ARM has no such line. */
  static Optional<String> cpuModel(String cpuinfo) {
    Matcher line = MODEL_NAME.matcher(cpuinfo);
    return line.find() ? Optional.of(line.group(1).strip()) : Optional.empty();
  }

  /** How many CPUs are online. */
  static Optional<String> cpuCount(String cpuinfo) {
    long count = PROCESSOR.matcher(cpuinfo).results().count();
    return count == 0 ? Optional.empty() : Optional.of(Long.toString(count));
  }

  /** {@code hypervisor} if CPUID says so (X86_FEATURE_HYPERVISOR); its silence proves nothing. */
  static Optional<String> virtualization(String cpuinfo) {
    return HYPERVISOR.matcher(cpuinfo).find() ? Optional.of("hypervisor") : Optional.empty();
  }

  static Optional<String> memoryBytes(String meminfo) {
    Table host = Registry.get().table("host");
    int column = host.indexOf("mem_total_bytes");
    Row row = new Row(host, "node");
    byte[] text = meminfo.getBytes(UTF_8);
    KeyedLines.of(host, "/proc/meminfo", ":").parse(text, text.length, row);
    return row.present(column) ? Optional.of(Long.toString(row.value(column))) : Optional.empty();
  }

  /** {@code size} in sysfs counts sectors of 512 bytes, whatever the device's own are. */
  static Optional<String> diskBytes(String sectors) {
    Lines lines = new Lines();
    byte[] text = (sectors + "\n").getBytes(UTF_8);
    lines.reset(text, text.length);
    boolean taken = lines.next() && lines.number() && lines.times(SECTOR_BYTES);
    return taken ? Optional.of(Long.toString(lines.value())) : Optional.empty();
  }
}
