package io.esnode.exposition;

import java.util.List;

/**
 * What could be read of an exposition.
 *
 * @param samples in their order, one of each series
 * @param whole whether nothing is missing: a series that is not here is not exposed
 * @param troubles what is missing, and why, in words; the same words as long as it is the same
 */
public record Exposition(List<Sample> samples, boolean whole, List<String> troubles) {
  public Exposition {
    samples = List.copyOf(samples);
    troubles = List.copyOf(troubles);
  }
}
