package io.esnode.recorder;

/**
 * How far a recording has come.
 *
 * @param captured ticks of the host that were handed to the spool
 * @param late of these, taken more than half an interval after they were due
 * @param dropped ticks for which the spool's queue had no room
 * @param missed ticks that were not taken, because the recorder did not run
 */
public record Progress(long captured, long late, long dropped, long missed) {}
