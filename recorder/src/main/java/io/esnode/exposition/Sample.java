package io.esnode.exposition;

import io.esnode.json.Json;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One sample of an exposition.
 *
 * @param labels by name
 * @param type of the family as declared, e.g. {@code counter}; null where it is not
 * @param tsMicros the time the endpoint gave it, µs since 1970 UTC; null where it gave none
 */
public record Sample(
    String name,
    SortedMap<String, String> labels,
    @Nullable String type,
    double value,
    @Nullable Long tsMicros) {
  public Sample {
    labels = Collections.unmodifiableSortedMap(new TreeMap<>(labels));
  }

  /** Name and labels: the same for the same series. */
  String series() {
    return name + Json.texts(labels).canonical();
  }
}
