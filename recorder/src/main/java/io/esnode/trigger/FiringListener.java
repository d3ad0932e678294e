package io.esnode.trigger;

/** Is told when a trigger fires, on whatever thread observed it: it must not block. */
@FunctionalInterface
public interface FiringListener {
  void fired(Firing firing);
}
