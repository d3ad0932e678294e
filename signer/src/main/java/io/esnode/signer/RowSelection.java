package io.esnode.signer;

import io.esnode.bundle.Manifest;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which row groups of a recording: kinds such as {@code gpu,event}, numbers such as {@code 0-3,7}, or both. Immutable,
 * thread-safe.
 */
public record RowSelection(String text, List<Part> parts) {
  private static final int MAX_PARTS = 1000;
  private static final Pattern PART =
      Pattern.compile("([0-9]{1,9})(?:-([0-9]{1,9}))?|([a-z][a-z0-9_]{0,63})");

  /** A kind, or numbers from first to last where it is empty. */
  record Part(String kind, int first, int last) {
    boolean takes(int index, Manifest.RowGroup group) {
      return kind.isEmpty() ? first <= index && index <= last : kind.equals(group.kind());
    }

    @Override
    public String toString() {
      return kind.isEmpty()
          ? first == last ? "number " + first : "numbers %d to %d".formatted(first, last)
          : "kind " + kind;
    }
  }

  public RowSelection {
    parts = List.copyOf(parts);
  }

  /**
   * Reads a selection as a user types it.
   *
   * @throws IllegalArgumentException says what was found and what is expected
   */
  public static RowSelection parse(String text) {
    List<Part> parts = new ArrayList<>();
    for (String word : text.split(",", MAX_PARTS + 1)) {
      Matcher part = PART.matcher(word.strip());
      if (!part.matches() || parts.size() == MAX_PARTS) {
        throw new IllegalArgumentException(
            "found %s, expected kinds of rows or numbers of row groups such as gpu,event or 0-3,7"
                .formatted(Excerpt.of(word)));
      }
      if (part.group(3) != null) {
        parts.add(new Part(part.group(3), 0, 0));
      } else {
        int first = Integer.parseInt(part.group(1));
        int last = part.group(2) == null ? first : Integer.parseInt(part.group(2));
        if (last < first) {
          throw new IllegalArgumentException(
              "found %s, expected the smaller number first".formatted(Excerpt.of(word)));
        }
        parts.add(new Part("", first, last));
      }
    }
    return new RowSelection(text, parts);
  }

  boolean takes(int index, Manifest.RowGroup group) {
    return parts.stream().anyMatch(part -> part.takes(index, group));
  }

  /** Parts that take none of these. */
  List<Part> without(List<Manifest.RowGroup> groups) {
    List<Part> empty = new ArrayList<>(parts);
    for (int i = 0; i < groups.size(); i++) {
      int index = i;
      empty.removeIf(part -> part.takes(index, groups.get(index)));
    }
    return empty;
  }
}
