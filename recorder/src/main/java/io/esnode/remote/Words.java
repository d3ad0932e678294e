package io.esnode.remote;

import io.esnode.kernel.Pseudonyms;
import java.util.Set;

/** Names inside a text that are known to be names. Not thread-safe. */
final class Words {
  /** Namespaces that are words of the language too: only where a namespace stands are they one. */
  private static final Set<String> ORDINARY = Set.of("default", "node", "pod");

  private final Pseudonyms names;
  private final String node;

  /** @param node what the cluster calls this node */
  Words(Pseudonyms names, String node) {
    this.names = names;
    this.node = node;
  }

  /** A message with the names that the event itself gives replaced; those of others are told by the words around them. */
  String said(String message, String namespace, String name, boolean pod) {
    String safe = message;
    if (pod && name.length() > 1) {
      safe = replace(safe, name, names.name("pod", name));
    }
    if (namespace.length() > 1 && !ORDINARY.contains(namespace)) {
      safe = replace(safe, namespace, names.name("pod", namespace));
    } else if (!namespace.isEmpty()) {
      String token = names.name("pod", namespace);
      safe = safe.replace(namespace + "/", token + "/")
          .replace("_" + namespace + "(", "_" + token + "(");
    }
    return node.length() > 1 ? replace(safe, node, names.name("host", node)) : safe;
  }

  /** Replaces a name where it stands alone: not where letters, digits, dots or hyphens make it part of another. */
  static String replace(String text, String name, String by) {
    StringBuilder safe = new StringBuilder();
    int from = 0;
    for (int at = text.indexOf(name); at >= 0; at = text.indexOf(name, from)) {
      int end = at + name.length();
      boolean alone = !(at > 0 && isName(text.charAt(at - 1))) && !goesOn(text, end);
      safe.append(text, from, at).append(alone ? by : name);
      from = end;
    }
    return safe.append(text, from, text.length()).toString();
  }

  /** A dot or hyphen at the end of a sentence is not part of a name. */
  private static boolean goesOn(String text, int at) {
    if (at >= text.length() || !isName(text.charAt(at))) {
      return false;
    }
    return Character.isLetterOrDigit(text.charAt(at))
        || (at + 1 < text.length() && Character.isLetterOrDigit(text.charAt(at + 1)));
  }

  private static boolean isName(char c) {
    return Character.isLetterOrDigit(c) || c == '.' || c == '-';
  }
}
