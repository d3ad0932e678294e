package io.esnode.source;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.esnode.metric.Table;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A file with one entity per line: /proc/stat (CPUs), /proc/diskstats, /proc/net/dev.
 *
 * <p>It remembers the name in every line, with the row it fills if it is wanted. When a name is new, or one is gone from
 * a text that is complete, the names are learned again.
 */
final class EntityLines {
  private static final class Entry {
    private final byte[] name;
    private final @Nullable Row row;
    private int pass;

    private Entry(byte[] name, @Nullable Row row) {
      this.name = name;
      this.row = row;
    }

    private boolean isAt(byte[] text, int start, int end) {
      if (end - start != name.length) {
        return false;
      }
      for (int i = 0; i < name.length; i++) {
        if (text[start + i] != name[i]) {
          return false;
        }
      }
      return true;
    }
  }

  private final Table table;
  private final EntityFormat format;
  private final Lines lines = new Lines();
  private Entry[] entries = new Entry[0];
  private List<Row> rows = List.of();
  private @Nullable String problem;
  private int pass;

  EntityLines(Table table, EntityFormat format) {
    this.table = table;
    this.format = format;
  }

  List<Row> rows() {
    return rows;
  }

  /** Why it cannot be told which entities there are; null when it can. */
  @Nullable
  String problem() {
    return problem;
  }

  /**
   * Refills the rows; a row whose line is not there keeps every column absent.
   *
   * @param truncation why the end of the text is missing; then nobody is said to have disappeared. Null when it is
   *     complete
   */
  void parse(byte[] text, int length, @Nullable String truncation) {
    problem = null;
    boolean known = follow(text, length);
    if (!known && truncation == null) {
      learn(text, length);
      follow(text, length);
    }
    for (int i = 0; i < entries.length; i++) {
      Row row = entries[i].row;
      if (truncation != null && row != null && entries[i].pass != pass) {
        explain(row, truncation);
      }
    }
  }

  /** Makes every row empty for one reason. */
  void fail(String reason) {
    problem = reason;
    for (int i = 0; i < rows.size(); i++) {
      explain(rows.get(i), reason);
    }
  }

  private static void explain(Row row, String reason) {
    for (int column = 0; column < row.table().columns().size(); column++) {
      row.absent(column, reason);
    }
  }

  /** Fills the rows of the entities that are known; false when the text has others. */
  private boolean follow(byte[] text, int length) {
    pass++;
    for (int i = 0; i < rows.size(); i++) {
      rows.get(i).clear();
    }
    int expected = 0;
    int seen = 0;
    boolean known = true;
    lines.reset(text, length);
    while (lines.next()) {
      if (!format.name(lines)) {
        continue;
      }
      int index = find(text, expected);
      if (index < 0) {
        known = false;
        continue;
      }
      expected = index + 1;
      Entry entry = entries[index];
      if (entry.pass != pass) {
        entry.pass = pass;
        seen++;
        if (entry.row != null) {
          format.values(lines, entry.row);
        }
      }
    }
    return known && seen == entries.length;
  }

  private int find(byte[] text, int expected) {
    int start = format.nameStart();
    int end = format.nameEnd();
    if (expected < entries.length && entries[expected].isAt(text, start, end)) {
      return expected;
    }
    for (int i = 0; i < entries.length; i++) {
      if (entries[i].isAt(text, start, end)) {
        return i;
      }
    }
    return -1;
  }

  private void learn(byte[] text, int length) {
    List<byte[]> found = names(text, length);
    Set<String> names = new LinkedHashSet<>();
    found.forEach(name -> names.add(new String(name, UTF_8)));
    Set<String> wanted;
    try {
      wanted = format.wanted(names);
    } catch (IOException e) {
      entries = new Entry[0];
      rows = List.of();
      problem = e.getMessage();
      return;
    }
    List<Row> learned = new ArrayList<>();
    for (String name : names) {
      if (wanted.contains(name)) {
        learned.add(new Row(table, format.prefix() + name));
      }
    }
    if (!entities(learned).equals(entities(rows))) {
      rows = List.copyOf(learned);
    }
    bind(found);
  }

  /** The names in the text, each once. */
  private List<byte[]> names(byte[] text, int length) {
    List<byte[]> found = new ArrayList<>();
    Set<String> once = new HashSet<>();
    lines.reset(text, length);
    while (lines.next()) {
      if (format.name(lines)) {
        byte[] name = Arrays.copyOfRange(text, format.nameStart(), format.nameEnd());
        if (once.add(new String(name, UTF_8))) {
          found.add(name);
        }
      }
    }
    return found;
  }

  private void bind(List<byte[]> found) {
    Entry[] bound = new Entry[found.size()];
    for (int i = 0; i < bound.length; i++) {
      String entity = format.prefix() + new String(found.get(i), UTF_8);
      @Nullable Row row = null;
      for (Row candidate : rows) {
        if (candidate.entity().equals(entity)) {
          row = candidate;
        }
      }
      bound[i] = new Entry(found.get(i), row);
    }
    entries = bound;
  }

  private static List<String> entities(List<Row> rows) {
    return rows.stream().map(Row::entity).toList();
  }
}
