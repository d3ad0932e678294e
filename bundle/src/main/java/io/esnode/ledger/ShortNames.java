package io.esnode.ledger;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * UUIDs of GPUs as people read them, {@code GPU-1a2b3c4d…} for {@code GPU-1a2b3c4d-…}; as much of each as tells it from the
 * others of a ledger. Evidence keeps the whole. Immutable, thread-safe.
 */
public final class ShortNames {
  private static final Pattern UUID =
      Pattern.compile("\\b((?:GPU|MIG)-)([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\\b");

  private static final int HEAD = 8;
  private static final int TAIL = 4;

  private final Map<String, String> names = new HashMap<>();

  private ShortNames(Set<String> uuids) {
    for (String uuid : uuids) {
      names.put(uuid, name(uuid, uuids));
    }
  }

  /** For everything that a ledger says about GPUs. */
  public static ShortNames of(Ledger ledger) {
    Set<String> uuids = new HashSet<>();
    Stream.of(
            ledger.findings().stream().map(Finding::entity),
            ledger.series().stream().map(Series::entity),
            ledger.coverage().gaps().stream().map(Coverage.Gap::entity))
        .flatMap(entities -> entities)
        .forEach(entity -> {
          Matcher matcher = UUID.matcher(entity);
          while (matcher.find()) {
            uuids.add(matcher.group(2));
          }
        });
    return new ShortNames(uuids);
  }

  /** A text with the UUIDs that the ledger knows shortened. */
  public String in(String text) {
    return UUID.matcher(text)
        .replaceAll(
            m -> Matcher.quoteReplacement(m.group(1) + names.getOrDefault(m.group(2), m.group(2))));
  }

  private static String name(String uuid, Set<String> all) {
    String head = uuid.substring(0, HEAD);
    String tail = uuid.substring(uuid.length() - TAIL);
    if (all.stream().filter(u -> u.startsWith(head)).count() == 1) {
      return head + "…";
    }
    return all.stream().filter(u -> u.startsWith(head) && u.endsWith(tail)).count() == 1
        ? head + "…" + tail
        : uuid;
  }
}
