package io.esnode.rule;

import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/**
 * Rules, in the order of their ids. Immutable, thread-safe.
 *
 * @param rules no two with the same id
 */
public record RuleBook(List<Rule> rules) {
  public RuleBook {
    rules = rules.stream().sorted(Comparator.comparing(Rule::id)).toList();
    Set<String> ids = new HashSet<>();
    for (Rule rule : rules) {
      if (!ids.add(rule.id())) {
        throw new IllegalArgumentException("two rules with the id " + rule.id());
      }
    }
  }

  /** The rules that come with esnode: every SQL file beside this class, so that a new one needs no list. */
  public static RuleBook builtIn() {
    try {
      List<Rule> rules = new ArrayList<>();
      for (String name : resources(RuleBook.class)) {
        try (InputStream in = RuleBook.class.getResourceAsStream(name)) {
          if (in == null) {
            throw new IllegalStateException(name + " vanished from the class path");
          }
          Rule rule = Rule.parse(name, new String(in.readAllBytes(), StandardCharsets.UTF_8));
          if (!name.equals(rule.id() + ".sql")) {
            throw new RuleException(
                "%s: holds the rule %s; file and id must have one name".formatted(name, rule.id()));
          }
          rules.add(rule);
        }
      }
      return new RuleBook(rules);
    } catch (IOException e) {
      throw new IllegalStateException("esnode's own rules: " + e.getMessage(), e);
    }
  }

  public Optional<Rule> find(String id) {
    return rules.stream().filter(r -> r.id().equals(id)).findFirst();
  }

  /** Only the rules of those ids. */
  public RuleBook only(Set<String> ids) {
    return new RuleBook(rules.stream().filter(r -> ids.contains(r.id())).toList());
  }

  /** Ids that a mistyped one may have meant, nearest first, at most three. */
  public List<String> nearest(String id) {
    return rules.stream()
        .map(Rule::id)
        .sorted(Comparator.<String>comparingInt(known -> distance(id, known))
            .thenComparing(Comparator.naturalOrder()))
        .limit(3)
        .toList();
  }

  /** Levenshtein distance, 0 where one is part of the other. */
  private static int distance(String a, String b) {
    if (!a.isEmpty() && b.contains(a)) {
      return 0;
    }
    int[] previous = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] row = new int[b.length() + 1];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        row[j] = Math.min(Math.min(row[j - 1], previous[j]) + 1, previous[j - 1] + change);
      }
      previous = row;
    }
    return previous[b.length()];
  }

  /** Names of the SQL files in a class's package, in jar or directory, sorted. */
  public static List<String> resources(Class<?> beside) throws IOException {
    return resources(beside, "");
  }

  /**
   * Names of the SQL files in a directory below a class's package, in jar or directory, sorted.
   *
   * @param below empty, or a directory's name and a slash
   */
  public static List<String> resources(Class<?> beside, String below) throws IOException {
    String directory = beside.getPackageName().replace('.', '/') + "/" + below;
    CodeSource code = beside.getProtectionDomain().getCodeSource();
    if (code == null) {
      throw new IOException("the class path does not say where " + beside + " comes from");
    }
    Path place;
    try {
      place = Path.of(code.getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IOException(code.getLocation() + ": not a file", e);
    }
    if (Files.isDirectory(place)) {
      try (Stream<Path> files = Files.list(place.resolve(directory))) {
        return files
            .map(f -> String.valueOf(f.getFileName()))
            .filter(n -> n.endsWith(".sql"))
            .sorted()
            .toList();
      }
    }
    try (JarFile jar = new JarFile(place.toFile())) {
      return jar.stream()
          .map(e -> e.getName())
          .filter(n -> n.startsWith(directory) && n.endsWith(".sql"))
          .map(n -> n.substring(directory.length()))
          .filter(n -> n.indexOf('/') < 0)
          .sorted()
          .toList();
    }
  }
}
