package io.esnode.capture;

import io.esnode.nvml.NativeMemory;
import io.esnode.nvml.NvmlFunction;
import io.esnode.nvml.NvmlReturn;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What does not change while a GPU runs: identity, limits, modes, topology. A fact that NVML did not tell is there as {@code
 * absent.NAME} with the function and its return code. Source: {@code baseline.csv} beside this class.
 */
final class Baseline {
  /** Size of the largest struct it reads, nvmlExcludedDeviceInfo_t, and then some. */
  static final int SCRATCH_BYTES = 512;

  /** NVML_DEVICE_ARCH_ADA: from here on thresholds are T.Limit fields, and these calls say something else. */
  private static final long ADA = 8;

  private static final int MAX_LINKS = 18;
  private static final int CAPABILITIES = 7;
  private static final List<Entry> ENTRIES = read();

  private record Entry(
      String fact,
      NvmlFunction function,
      int versionWord,
      String arguments,
      int offset,
      String kind) {
    boolean isText() {
      return kind.startsWith("text:");
    }

    int length() {
      return Integer.parseInt(kind.substring(kind.indexOf(':') + 1));
    }
  }

  private final Calls calls;
  private final NativeMemory memory;
  private final long scratch;

  /** @param scratch of {@link #SCRATCH_BYTES} */
  Baseline(Calls calls, long scratch) {
    this.calls = calls;
    this.memory = calls.memory();
    this.scratch = scratch;
  }

  Map<String, String> facts(long handle) {
    Map<String, String> facts = new TreeMap<>();
    for (Entry entry : ENTRIES) {
      if (!facts.containsKey(entry.fact) && !isMeaningless(entry, facts)) {
        add(facts, entry, handle);
      }
    }
    links(facts, handle);
    return facts;
  }

  /** The facts about the InfoROM, which are looked at again when a recording ends. */
  Map<String, String> inforom(long handle) {
    Map<String, String> facts = new TreeMap<>();
    for (Entry entry : ENTRIES) {
      if (entry.fact.equals("inforom.checksum") || entry.fact.equals("inforom.valid")) {
        add(facts, entry, handle);
      }
    }
    return facts;
  }

  private static boolean isMeaningless(Entry entry, Map<String, String> facts) {
    return entry.function == NvmlFunction.DEVICE_GET_TEMPERATURE_THRESHOLD
        && Long.parseLong(facts.getOrDefault("architecture", "0")) >= ADA;
  }

  private void add(Map<String, String> facts, Entry entry, long handle) {
    int code = call(entry, handle);
    String absent = "absent." + entry.fact;
    if (entry.kind.equals("valid") && code == NvmlReturn.CORRUPTED_INFOROM) {
      facts.put(entry.fact, "0");
    } else if (code == NvmlReturn.SUCCESS) {
      facts.put(entry.fact, value(entry));
      facts.remove(absent);
    } else {
      facts.put(absent, new Asked(entry.function, entry.arguments) + ": " + NvmlReturn.words(code));
    }
  }

  private int call(Entry entry, long handle) {
    memory.fill(scratch, SCRATCH_BYTES, 0);
    if (entry.versionWord != 0) {
      memory.putInt(scratch, entry.versionWord);
    }
    long second = entry.isText() ? entry.length() : scratch + 8;
    if (entry.arguments.isEmpty()) {
      return calls.call(entry.function, handle, scratch, second);
    }
    return calls.call(entry.function, handle, Long.parseLong(entry.arguments), scratch, second);
  }

  private String value(Entry entry) {
    long at = scratch + entry.offset;
    return switch (entry.kind) {
      case "valid" -> "1";
      case "u8" -> Integer.toString(memory.getByte(at) & 0xFF);
      case "u32" -> Long.toString(memory.getUnsignedInt(at));
      case "u64" -> Long.toUnsignedString(memory.getLong(at));
      case "x32" -> "0x" + Integer.toHexString(memory.getInt(at));
      case "x64" -> "0x" + Long.toHexString(memory.getLong(at));
      default -> entry.isText() ? memory.text(at, entry.length()) : hex(at, entry.length());
    };
  }

  private String hex(long at, int length) {
    byte[] bytes = new byte[length];
    memory.get(at, bytes, length);
    return HexFormat.of().formatHex(bytes);
  }

  private void links(Map<String, String> facts, long handle) {
    for (int link = 0; link < MAX_LINKS; link++) {
      int code = calls.call(NvmlFunction.DEVICE_GET_NV_LINK_VERSION, handle, link, scratch);
      if (code != NvmlReturn.SUCCESS) {
        if (link == 0) {
          facts.put(
              "absent.nvlink",
              Asked.of(NvmlFunction.DEVICE_GET_NV_LINK_VERSION) + ": " + NvmlReturn.words(code));
        }
        return;
      }
      String name = "nvlink." + link;
      facts.put(name + ".version", Long.toString(memory.getUnsignedInt(scratch)));
      facts.put(name + ".capabilities", "0x" + Integer.toHexString(capabilities(handle, link)));
      if (calls.call(NvmlFunction.DEVICE_GET_NV_LINK_REMOTE_DEVICE_TYPE, handle, link, scratch)
          == NvmlReturn.SUCCESS) {
        facts.put(name + ".remote_type", Long.toString(memory.getUnsignedInt(scratch)));
      }
      if (calls.call(NvmlFunction.DEVICE_GET_NV_LINK_REMOTE_PCI_INFO_V2, handle, link, scratch)
          == NvmlReturn.SUCCESS) {
        facts.put(name + ".remote_pci", PciAddress.of(memory.text(scratch + 36, 32)));
      }
    }
  }

  /** Bit i is capability i of nvmlNvLinkCapability_t. */
  private int capabilities(long handle, int link) {
    int bits = 0;
    for (int capability = 0; capability < CAPABILITIES; capability++) {
      int code =
          calls.call(NvmlFunction.DEVICE_GET_NV_LINK_CAPABILITY, handle, link, capability, scratch);
      if (code == NvmlReturn.SUCCESS && memory.getInt(scratch) != 0) {
        bits |= 1 << capability;
      }
    }
    return bits;
  }

  private static List<Entry> read() {
    Map<String, NvmlFunction> functions = Stream.of(NvmlFunction.values())
        .collect(Collectors.toMap(NvmlFunction::symbol, Function.identity()));
    List<Entry> entries = new ArrayList<>();
    try (InputStream in = Baseline.class.getResourceAsStream("baseline.csv")) {
      if (in == null) {
        throw new IllegalStateException("baseline.csv is not on the class path");
      }
      BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
      lines.readLine();
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] cell = line.split(",", -1);
        NvmlFunction function = functions.get(cell[1]);
        if (function == null) {
          throw new IllegalStateException("baseline.csv: function " + cell[1]);
        }
        int word = cell[2].isEmpty() ? 0 : Integer.decode(cell[2]);
        entries.add(
            new Entry(cell[0], function, word, cell[3], Integer.parseInt(cell[4]), cell[5]));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return List.copyOf(entries);
  }
}
