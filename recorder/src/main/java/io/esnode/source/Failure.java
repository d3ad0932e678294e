package io.esnode.source;

/**
 * Something a source could not read, and why; it becomes a gap row.
 *
 * @param entity whose values are missing, {@code node} where they belong to no single entity
 * @param metric a table, or {@code table.column}
 * @param reason in words, with the file; the same words as long as the cause is the same
 */
public record Failure(String entity, String metric, String reason) {}
