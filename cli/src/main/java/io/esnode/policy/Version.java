package io.esnode.policy;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A recorder's version, such as {@code 0.1.0} or {@code 0.2.0-rc1}. Immutable, thread-safe.
 *
 * @param preview what stands after the numbers; a version with one is older than the same without
 */
record Version(List<Integer> numbers, String preview) implements Comparable<Version> {
  private static final int PLACES = 4;
  private static final Pattern FORM =
      Pattern.compile("([0-9]{1,6}(?:\\.[0-9]{1,6}){0,3})(?:-([0-9A-Za-z.-]{1,40}))?");
  private static final Comparator<Version> ORDER = Comparator.comparing(
          (Version version) -> version.preview().isEmpty())
      .thenComparing(Version::preview);

  Version {
    numbers = List.copyOf(numbers);
  }

  static Optional<Version> parse(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      return Optional.empty();
    }
    List<Integer> numbers = new ArrayList<>();
    for (String number : form.group(1).split("\\.", PLACES)) {
      numbers.add(Integer.parseInt(number));
    }
    while (numbers.size() < PLACES) {
      numbers.add(0);
    }
    return Optional.of(new Version(numbers, form.group(2) == null ? "" : form.group(2)));
  }

  @Override
  public int compareTo(Version other) {
    for (int i = 0; i < PLACES; i++) {
      int order = Integer.compare(numbers.get(i), other.numbers.get(i));
      if (order != 0) {
        return order;
      }
    }
    return ORDER.compare(this, other);
  }
}
