package io.esnode.scenario;

import io.esnode.yaml.Block;
import io.esnode.yaml.Nearest;
import io.esnode.yaml.YamlException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.TreeSet;

/** Names of NVML's fields without {@code NVML_FI_DEV_}, of every header. */
final class Fields {
  private static final String PREFIX = "NVML_FI_DEV_";
  private static final Set<String> NAMES = read();

  private Fields() {}

  static boolean known(String name) {
    return NAMES.contains(name);
  }

  /** A field that some header has. */
  static String checked(Block block, String key) throws YamlException {
    String name = block.word(key);
    if (!NAMES.contains(name)) {
      throw block
          .scalar(key)
          .place()
          .wrong("%s: found \"%s\", expected a field of NVML without NVML_FI_DEV_%s"
              .formatted(key, name, Nearest.hint(name, NAMES)));
    }
    return name;
  }

  private static Set<String> read() {
    try (InputStream in = Fields.class.getResourceAsStream("/io/esnode/nvml/field_ids.csv")) {
      if (in == null) {
        throw new IllegalStateException("field_ids.csv is not in the jar");
      }
      Set<String> names = new TreeSet<>();
      new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .map(line -> line.split(",", 3)[1])
          .filter(name -> name.startsWith(PREFIX))
          .forEach(name -> names.add(name.substring(PREFIX.length())));
      return names;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
