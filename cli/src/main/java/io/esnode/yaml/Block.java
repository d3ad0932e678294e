package io.esnode.yaml;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The keys of one mapping, taken one after the other. What was not asked for by {@link #end()} is refused: a misspelt key
 * must not turn an incident into a healthy machine.
 */
public final class Block {
  private final Yaml.Mapping mapping;
  private final Set<String> known = new LinkedHashSet<>();

  private Block(Yaml.Mapping mapping) {
    this.mapping = mapping;
  }

  public static Block of(Yaml node, String what) throws YamlException {
    if (node instanceof Yaml.Mapping mapping) {
      return new Block(mapping);
    }
    throw node.place()
        .wrong("found %s, expected the keys of %s".formatted(YamlReader.kind(node), what));
  }

  public Yaml.Place place() {
    return mapping.place();
  }

  public boolean has(String key) {
    return node(key) != null;
  }

  @Nullable
  public Yaml node(String key) {
    known.add(key);
    for (Map.Entry<Yaml.Scalar, Yaml> entry : mapping.entries().entrySet()) {
      if (entry.getKey().text().equals(key)) {
        return entry.getValue();
      }
    }
    return null;
  }

  public Yaml need(String key) throws YamlException {
    Yaml node = node(key);
    if (node == null) {
      throw place()
          .wrong("%s: is missing; found %s".formatted(key, String.join(", ", mapping.keys())));
    }
    return node;
  }

  public Yaml.Scalar scalar(String key) throws YamlException {
    Yaml node = need(key);
    if (node instanceof Yaml.Scalar scalar) {
      return scalar;
    }
    throw node.place()
        .wrong("%s: found %s, expected one value".formatted(key, YamlReader.kind(node)));
  }

  public String text(String key) throws YamlException {
    Yaml.Scalar scalar = scalar(key);
    String text = scalar.text().strip();
    if (text.isEmpty()) {
      throw scalar.place().wrong("%s: found nothing, expected text".formatted(key));
    }
    if (text.codePoints().anyMatch(c -> Character.isISOControl(c) && c != '\n')) {
      throw scalar.place().wrong("%s: has a control character in it".formatted(key));
    }
    return text.replace('\n', ' ');
  }

  public String text(String key, String otherwise) throws YamlException {
    return has(key) ? text(key) : otherwise;
  }

  /** A word without blanks. */
  public String word(String key, String otherwise) throws YamlException {
    if (!has(key)) {
      return otherwise;
    }
    String word = text(key);
    if (word.contains(" ")) {
      throw scalar(key).place().wrong("%s: found \"%s\", expected one word".formatted(key, word));
    }
    return word;
  }

  public String word(String key) throws YamlException {
    need(key);
    return word(key, "");
  }

  public long quantity(String key, Quantity quantity) throws YamlException {
    return quantity.parse(scalar(key));
  }

  public long quantity(String key, Quantity quantity, long otherwise) throws YamlException {
    return has(key) ? quantity(key, quantity) : otherwise;
  }

  /** A plain or {@code 0x} number within bounds. */
  public long integer(String key, long min, long max) throws YamlException {
    Yaml.Scalar scalar = scalar(key);
    long value;
    try {
      value = Long.decode(scalar.text().strip());
    } catch (NumberFormatException e) {
      throw notBetween(scalar, key, min, max);
    }
    if (value < min || value > max) {
      throw notBetween(scalar, key, min, max);
    }
    return value;
  }

  private static YamlException notBetween(Yaml.Scalar scalar, String key, long min, long max) {
    return scalar
        .place()
        .wrong("%s: found %s, expected a number from %d to %d"
            .formatted(key, YamlReader.kind(scalar), min, max));
  }

  public long integer(String key, long min, long max, long otherwise) throws YamlException {
    return has(key) ? integer(key, min, max) : otherwise;
  }

  /** {@code yes} or {@code no}. */
  public boolean yes(String key, boolean otherwise) throws YamlException {
    return has(key) ? choice(key, List.of("yes", "no")).equals("yes") : otherwise;
  }

  public String choice(String key, List<String> choices) throws YamlException {
    Yaml.Scalar scalar = scalar(key);
    String found = scalar.text().strip();
    if (!choices.contains(found)) {
      throw scalar
          .place()
          .wrong("%s: found %s%s, expected %s"
              .formatted(
                  key,
                  YamlReader.kind(scalar),
                  Nearest.hint(found, choices),
                  String.join(", ", choices)));
    }
    return found;
  }

  public String choice(String key, List<String> choices, String otherwise) throws YamlException {
    return has(key) ? choice(key, choices) : otherwise;
  }

  /** Items of a list; none where the key is absent. */
  public List<Block> blocks(String key, String what) throws YamlException {
    List<Block> blocks = new ArrayList<>();
    for (Yaml item : items(key)) {
      blocks.add(of(item, what));
    }
    return blocks;
  }

  public List<Yaml> items(String key) throws YamlException {
    Yaml node = node(key);
    if (node == null) {
      return List.of();
    }
    if (node instanceof Yaml.Sequence sequence) {
      return sequence.items();
    }
    throw node.place().wrong("%s: found %s, expected a list".formatted(key, YamlReader.kind(node)));
  }

  /** Refuses every key nobody asked for. */
  public void end() throws YamlException {
    for (Yaml.Scalar key : mapping.entries().keySet()) {
      if (!known.contains(key.text())) {
        throw key.place()
            .wrong("found %s:%s, expected one of %s"
                .formatted(key.text(), Nearest.hint(key.text(), known), String.join(", ", known)));
      }
    }
  }
}
