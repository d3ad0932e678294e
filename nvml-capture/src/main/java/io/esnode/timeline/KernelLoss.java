package io.esnode.timeline;

/**
 * Records of the simulated kernel log that were overwritten before anybody read them.
 *
 * @param atMs when, in ms since the start of the recording
 * @param sequence number of the first one lost
 * @param count how many
 */
public record KernelLoss(long atMs, long sequence, long count) {}
