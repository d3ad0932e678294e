package io.esnode.inventory;

import io.esnode.bundle.Sha256;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Kernel modules and taint, and what guards the kernel. */
final class KernelFacts {
  /** Flag characters by bit: {@code taint_flags} of kernel/panic.c, Linux 6.15. */
  private static final String TAINT_FLAGS = "PFSRMBUDAWCIOELKXTNJ";

  private static final Pattern CAPABILITIES = Pattern.compile("(?m)^CapEff:\\s*([0-9a-f]+)$");
  private static final Pattern SECCOMP = Pattern.compile("(?m)^Seccomp:\\s*([0-9])$");
  private static final Pattern CHOSEN = Pattern.compile("\\[([^\\]]{1,64})\\]");

  private final Path root;

  KernelFacts(Path root) {
    this.root = root;
  }

  /** What changes when a module is loaded or removed, and little else. */
  String modules() {
    StringBuilder names = new StringBuilder(Texts.read(root, "proc/sys/kernel/tainted"));
    Texts.read(root, "proc/modules")
        .lines()
        .forEach(line -> names.append(line, 0, Math.max(0, line.indexOf(' '))).append('\n'));
    return names.toString();
  }

  void read(Facts facts) {
    taint(Texts.read(root, "proc/sys/kernel/tainted").strip(), facts);
    Texts.read(root, "proc/modules")
        .lines()
        .map(line -> line.substring(0, Math.max(0, line.indexOf(' '))))
        .filter(name -> !name.isEmpty())
        .limit(Facts.MOST_OF_A_KIND)
        .forEach(name -> facts.put("kernel.module." + name, module(name)));
    String commandLine = Texts.read(root, "proc/cmdline");
    if (!commandLine.isEmpty()) {
      facts.put("kernel.cmdline.sha256", Sha256.hex(commandLine.strip()));
    }
    facts.put("security.lsm", Texts.read(root, "sys/kernel/security/lsm"));
    facts.put("security.lockdown", chosen(Texts.read(root, "sys/kernel/security/lockdown")));
    facts.put("security.selinux.enforce", Texts.read(root, "sys/fs/selinux/enforce"));
    String status = Texts.read(root, "proc/self/status");
    facts.put("recorder.capabilities", first(CAPABILITIES, status));
    facts.put("recorder.seccomp", first(SECCOMP, status));
    encryption(facts);
    facts.put("driver.nvidia.version", driver());
  }

  /** What the module says of itself; a module built outside the tree has a taint of its own. */
  private String module(String name) {
    String directory = "sys/module/" + name + "/";
    String version = Texts.read(root, directory + "version").strip();
    String source = Texts.read(root, directory + "srcversion").strip();
    String taint = Texts.read(root, directory + "taint").strip();
    StringBuilder text = new StringBuilder("loaded");
    append(text, "version", version);
    append(text, "srcversion", source);
    append(text, "taint", taint);
    return text.toString();
  }

  private static void append(StringBuilder text, String name, String value) {
    if (!value.isEmpty()) {
      text.append(", ").append(name).append(' ').append(value);
    }
  }

  static void taint(String mask, Facts facts) {
    if (!mask.matches("[0-9]{1,18}")) {
      return;
    }
    long bits = Long.parseLong(mask);
    StringBuilder flags = new StringBuilder();
    for (int bit = 0; bit < Long.SIZE - 1; bit++) {
      if ((bits >> bit & 1) != 0) {
        flags.append(bit < TAINT_FLAGS.length() ? TAINT_FLAGS.charAt(bit) : '?');
      }
    }
    facts.put("kernel.tainted", bits == 0 ? "0" : bits + " " + flags);
  }

  /** Device-mapper targets that encrypt: their UUID begins with the kind, e.g. {@code CRYPT-LUKS2}. */
  private void encryption(Facts facts) {
    for (String device : Texts.names(root, "sys/block")) {
      String uuid = Texts.read(root, "sys/block/" + device + "/dm/uuid").strip();
      if (uuid.startsWith("CRYPT-")) {
        int end = uuid.indexOf('-', "CRYPT-".length());
        facts.put("disk." + device + ".encryption", end < 0 ? uuid : uuid.substring(0, end));
      }
    }
  }

  private String driver() {
    return Texts.read(root, "sys/module/nvidia/version");
  }

  private static String chosen(String choice) {
    return first(CHOSEN, choice);
  }

  private static String first(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    return matcher.find() ? matcher.group(1) : "";
  }
}
