package io.esnode.yaml;

import java.util.Collection;

/** The word that was probably meant. */
public final class Nearest {
  private Nearest() {}

  /** {@code " (did you mean X?)"}, or nothing where no known word is near. */
  public static String hint(String found, Collection<String> known) {
    String best = "";
    int bestDistance = Math.max(2, Math.min(found.length(), 64) / 3) + 1;
    for (String word : known) {
      int distance = found.length() > 64 ? bestDistance : distance(found, word);
      if (distance < bestDistance) {
        best = word;
        bestDistance = distance;
      }
    }
    return best.isEmpty() ? "" : " (did you mean " + best + "?)";
  }

  /** Letters to add, drop or replace. */
  public static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int above = row[j];
        int same = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        row[j] = Math.min(diagonal + same, Math.min(above, row[j - 1]) + 1);
        diagonal = above;
      }
    }
    return row[b.length()];
  }
}
