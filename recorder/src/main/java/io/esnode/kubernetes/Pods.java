package io.esnode.kubernetes;

import io.esnode.json.Json;
import io.esnode.source.Moment;
import io.esnode.web.Reports;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * The pods of this node as rows of table {@code inventory}: a row for what is new or different, one without a value for what is
 * no longer there. Thread-safe.
 */
final class Pods implements Watched {
  private static final String TABLE = "inventory";

  private final Reports reports;
  private Runnable arrived = () -> {};
  /** Facts by pod and key; asked by other threads without a lock. */
  private final Map<PodName, Map<String, PodFact>> known = new ConcurrentSkipListMap<>();

  Pods(Reports reports) {
    this.reports = reports;
  }

  /** Called when a pod has come to this node; told before the first one is. */
  void onArrival(Runnable then) {
    arrived = then;
  }

  /** Namespace and name. */
  record PodName(String namespace, String name) implements Comparable<PodName> {
    static PodName of(Json.Obj pod) {
      Json.Obj metadata = Fields.object(pod, "metadata");
      return new PodName(Fields.text(metadata, "namespace"), Fields.text(metadata, "name"));
    }

    @Override
    public int compareTo(PodName other) {
      int byNamespace = namespace.compareTo(other.namespace);
      return byNamespace != 0 ? byNamespace : name.compareTo(other.name);
    }
  }

  /** Whether a pod of that name is on this node. */
  boolean has(PodName pod) {
    return known.containsKey(pod);
  }

  @Override
  public synchronized void listed(List<Json.Obj> items) {
    Set<PodName> there = new HashSet<>();
    for (Json.Obj pod : items) {
      there.add(PodName.of(pod));
      seen(pod);
    }
    List.copyOf(known.keySet()).stream().filter(pod -> !there.contains(pod)).forEach(this::gone);
  }

  @Override
  public synchronized void seen(Json.Obj pod) {
    PodName name = PodName.of(pod);
    Map<String, PodFact> before = known.getOrDefault(name, Map.of());
    Map<String, PodFact> now = new TreeMap<>();
    for (PodFact fact : PodFacts.of(pod)) {
      now.putIfAbsent(fact.key(), fact);
    }
    boolean comes = known.put(name, now) == null;
    Moment at = reports.now();
    now.forEach((key, fact) -> {
      if (!fact.equals(before.get(key))) {
        row(name, fact, at, true);
      }
    });
    before.forEach((key, fact) -> {
      if (!now.containsKey(key)) {
        row(name, fact, at, false);
      }
    });
    if (comes) {
      arrived.run();
    }
  }

  @Override
  public synchronized void deleted(Json.Obj pod) {
    gone(PodName.of(pod));
  }

  private void gone(PodName name) {
    Map<String, PodFact> facts = known.remove(name);
    if (facts != null) {
      Moment at = reports.now();
      facts.values().forEach(fact -> row(name, fact, at, false));
    }
  }

  private void row(PodName pod, PodFact fact, Moment at, boolean there) {
    Map<String, String> texts = new HashMap<>(Map.of(
        "namespace", pod.namespace(),
        "object_name", pod.name(),
        "item", fact.item(),
        "container", fact.container(),
        "kind", fact.kind().name()));
    if (there) {
      texts.put("value", fact.value());
    }
    reports.row(TABLE, at, texts, Map.of());
  }
}
