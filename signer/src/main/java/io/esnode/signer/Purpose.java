package io.esnode.signer;

import io.esnode.signature.PredicateType;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What a trusted key may sign. */
public enum Purpose {
  /** Recordings and what is made from them. */
  EVIDENCE("evidence"),
  /** Policies of {@code esnode verify}. */
  POLICY("policy"),
  /** Changes of a trust directory. */
  KEY_EVENTS("key-events"),
  /** Transfers of an artefact from one hand to another. */
  CUSTODY("custody");

  private final String word;

  Purpose(String word) {
    this.word = word;
  }

  public String word() {
    return word;
  }

  /** The purpose of that name, if there is one. */
  public static Optional<Purpose> find(String word) {
    return Arrays.stream(values()).filter(purpose -> purpose.word.equals(word)).findFirst();
  }

  /** What a key must be trusted for that signs statements of this type. */
  static Purpose of(String predicateType) {
    return switch (predicateType) {
      case PredicateType.POLICY -> POLICY;
      case PredicateType.KEY_EVENT -> KEY_EVENTS;
      case PredicateType.CUSTODY -> CUSTODY;
      default -> EVIDENCE;
    };
  }

  /** As it stands in an entry: the words, sorted, with a blank between. */
  static String words(Set<Purpose> purposes) {
    return purposes.stream().map(Purpose::word).sorted().collect(Collectors.joining(" "));
  }

  /** The purposes with these words; empty where the text is not what {@link #words} writes. */
  static Set<Purpose> parse(String words) {
    Set<Purpose> purposes = EnumSet.noneOf(Purpose.class);
    for (String word : words.split(" ", values().length + 1)) {
      find(word).ifPresent(purposes::add);
    }
    return words(purposes).equals(words) ? purposes : Set.of();
  }
}
