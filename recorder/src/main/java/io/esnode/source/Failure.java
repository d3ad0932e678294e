package io.esnode.source;

import org.jspecify.annotations.Nullable;

/**
 * Something a source could not read, and why; it becomes a gap row.
 *
 * @param entity whose values are missing; that of the whole host where they belong to no single one
 * @param metric a table, or {@code table.column}
 * @param code return code or errno, null where there is none
 * @param reason in words, with the file or function; the same words as long as the cause is the same
 */
public record Failure(
    String entity, String metric, @Nullable Integer code, String reason) {
  public Failure(String entity, String metric, String reason) {
    this(entity, metric, null, reason);
  }
}
