package io.esnode.kubernetes;

/**
 * One thing that is known of a pod.
 *
 * @param item e.g. {@code pod.phase}; of a container what follows its name, e.g. {@code id}
 * @param container its name; empty where the fact is the pod's
 * @param kind what the value names, see {@link Kind}
 */
record PodFact(String item, String container, Kind kind, String value) {
  /** Decides which token stands in the value's place. */
  enum Kind {
    PLAIN,
    POD_UID,
    /** A name somebody gave: of a pod, its owner, a namespace. */
    NAME,
    CONTAINER_ID
  }

  /** The same for the same fact. */
  String key() {
    return container + "\0" + item;
  }
}
