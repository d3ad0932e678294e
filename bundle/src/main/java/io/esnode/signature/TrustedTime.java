package io.esnode.signature;

import java.time.Instant;

/**
 * A time at which somebody else saw a signature: it is no younger than that. Immutable, thread-safe.
 *
 * @param at by the clock of whoever saw it
 * @param source what kind of witness it was
 * @param authority the name under which it is trusted here
 */
public record TrustedTime(Instant at, Source source, String authority) {
  /** What kind of witness, from the weakest; the words stand in verdicts. */
  public enum Source {
    /** A time stamping authority (RFC 3161) that belongs to the site. */
    SITE_TSA("site-TSA"),
    /** A time stamping authority that belongs to somebody else. */
    EXTERNAL_TSA("external-TSA"),
    /** A transparency log, by the time that it promised or integrated the entry. */
    LOG("log");

    private final String word;

    Source(String word) {
      this.word = word;
    }

    public String word() {
      return word;
    }
  }
}
