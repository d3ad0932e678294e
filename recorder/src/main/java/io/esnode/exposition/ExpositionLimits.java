package io.esnode.exposition;

/**
 * What of an exposition is taken at most. What is larger is left out whole: a name that was cut could be that of another series.
 *
 * @param series samples with different names or labels
 * @param labels of one sample
 * @param nameChars of a sample's or label's name
 * @param valueChars of a label's value
 */
public record ExpositionLimits(int series, int labels, int nameChars, int valueChars) {
  /** With so many series, and labels as Prometheus servers usually bound them. */
  public static ExpositionLimits of(int series) {
    return new ExpositionLimits(series, 64, 256, 1024);
  }
}
