package io.esnode.spool;

/**
 * Whose ticks a lane holds.
 *
 * @param number counts the lanes of a recording from 0
 * @param table the one table of its rows
 * @param entity the GPU that answered, e.g. {@code gpu:UUID}; its rows may name parts of it
 * @param origin of every row: {@code live} or {@code simulated}
 */
public record LaneName(int number, String table, String entity, String origin) {}
