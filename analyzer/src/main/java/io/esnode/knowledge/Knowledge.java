package io.esnode.knowledge;

import io.esnode.bundle.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The tables of {@code analyzer/knowledge}: {@code tables.csv} names them, {@code columns.csv} types them, a file each holds
 * them. Immutable, thread-safe.
 *
 * @param tables in the order of their names
 */
public record Knowledge(List<KnowledgeTable> tables) {
  private static final Knowledge INSTANCE = load();

  public Knowledge {
    tables = List.copyOf(tables);
  }

  /** What comes with this version of esnode. */
  public static Knowledge get() {
    return INSTANCE;
  }

  private static Knowledge load() {
    List<List<String>> columns = csv("columns.csv").rows();
    List<KnowledgeTable> tables = new ArrayList<>();
    for (List<String> table : csv("tables.csv").rows()) {
      String name = table.get(0);
      String text = text(name + ".csv");
      tables.add(KnowledgeTable.of(
          table,
          columns.stream()
              .filter(c -> c.get(0).equals(name))
              .map(c -> new KnowledgeTable.Column(c.get(1), c.get(2).equals("int64"), c.get(3)))
              .toList(),
          Sha256.hex(text),
          Csv.parse(name + ".csv", text)));
    }
    return new Knowledge(tables);
  }

  private static Csv csv(String file) {
    return Csv.parse(file, text(file));
  }

  private static String text(String file) {
    try (InputStream in = Knowledge.class.getResourceAsStream(file)) {
      if (in == null) {
        throw new IllegalStateException(file + " is not on the class path");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
