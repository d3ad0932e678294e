package io.esnode.timeline;

/**
 * A record of the simulated kernel log.
 *
 * @param atMs when, in ms since the start of the recording
 * @param sequence its number; records count up from 0 in the order of time, and lost ones count too
 * @param priority facility × 8 + level, as in {@code /dev/kmsg}
 * @param text the line
 */
public record KernelRecord(long atMs, long sequence, int priority, String text) {}
