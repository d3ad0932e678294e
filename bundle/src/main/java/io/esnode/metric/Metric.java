package io.esnode.metric;

/**
 * One column of the evidence format.
 *
 * @param table the group it belongs to, e.g. {@code disk}
 * @param column its name there; a number's name ends in its unit
 * @param unit UCUM-like: {@code B}, {@code ms}, {@code 1} for a plain count, empty for text
 * @param source what it was read from, down to the field: kernel file, NVML function or field id
 * @param sinceDriver the NVIDIA driver branch that first has it, empty where that does not apply
 * @param cadence how often it is read: a duration, {@code event} or {@code start}
 * @param title what it is, for people
 */
public record Metric(
    String table,
    String column,
    Type type,
    String unit,
    Kind kind,
    String source,
    String sinceDriver,
    String cadence,
    String title) {

  /** How a value is stored; every engine that reads Parquet reads these. */
  public enum Type {
    /** Signed 64-bit integer. */
    INT64,
    /** Exact decimal with two places, stored as hundredths: DECIMAL(18, 2). */
    DECIMAL2,
    /** IEEE 754 binary64, as its source gave it; in the spool and in {@code RowBatch} the bits of it. */
    DOUBLE,
    /** Microseconds since 1970 in UTC. */
    TIMESTAMP,
    /** UTF-8 text. */
    TEXT
  }

  /** What a value means over time. */
  public enum Kind {
    /** Goes up and down. */
    GAUGE,
    /** Only grows, until whoever counts starts again. */
    COUNTER,
    /** Holds until it is changed. */
    STATE,
    TEXT
  }

  /** {@code table.column}, the name used in a rule's {@code requires} and in gap rows. */
  public String qualifiedName() {
    return table + "." + column;
  }
}
