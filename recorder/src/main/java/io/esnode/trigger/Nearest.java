package io.esnode.trigger;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Names that a misspelt one may have meant. */
public final class Nearest {
  private static final int MOST = 3;

  /** What is this much further away than the nearest is still named. */
  private static final int NEARLY = 1;

  private Nearest() {}

  /** The nearest ones, best first; none that shares too little with what was found. */
  static List<String> to(String found, Collection<String> names) {
    return to(found, names, Math.max(2, found.length() / 3));
  }

  /** The same without asking how much they share. */
  public static List<String> anyTo(String found, Collection<String> names) {
    return to(found, names, Integer.MAX_VALUE);
  }

  private static List<String> to(String found, Collection<String> names, int far) {
    Map<String, Integer> distances = new HashMap<>();
    names.forEach(name -> distances.put(name, distance(found, name)));
    int least = distances.values().stream().mapToInt(d -> d).min().orElse(0);
    return distances.entrySet().stream()
        .filter(each -> each.getValue() <= Math.min(far, least + NEARLY))
        .sorted(
            Map.Entry.<String, Integer>comparingByValue().thenComparing(Map.Entry.comparingByKey()))
        .limit(MOST)
        .map(Map.Entry::getKey)
        .toList();
  }

  /** Levenshtein's. */
  private static int distance(String a, String b) {
    int[] before = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      before[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] now = new int[b.length() + 1];
      now[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = before[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        now[j] = Math.min(replaced, 1 + Math.min(before[j], now[j - 1]));
      }
      before = now;
    }
    return before[b.length()];
  }
}
