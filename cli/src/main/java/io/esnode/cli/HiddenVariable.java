package io.esnode.cli;

import org.jspecify.annotations.Nullable;

/**
 * The environment variable that holds a passphrase: what a process inherits it cannot unset, but it need not pass it on. The
 * environment is the process's, hence this is, too.
 */
final class HiddenVariable {
  private static volatile @Nullable String name;

  private HiddenVariable() {}

  static void hide(String variable) {
    name = variable;
  }

  /** The same process, without that variable. */
  static ProcessBuilder from(ProcessBuilder child) {
    String hidden = name;
    if (hidden != null) {
      child.environment().remove(hidden);
    }
    return child;
  }
}
