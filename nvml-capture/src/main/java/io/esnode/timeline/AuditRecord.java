package io.esnode.timeline;

/**
 * A row of table audit.
 *
 * @param atMs when, in ms since the start of the recording
 * @param detail may be empty
 */
public record AuditRecord(long atMs, String action, String outcome, String detail) {}
