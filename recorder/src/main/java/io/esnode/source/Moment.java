package io.esnode.source;

/**
 * Wall clock and monotonic clock, read together.
 *
 * @param tsMicros wall clock, microseconds since 1970 in UTC
 * @param monoNanos {@link System#nanoTime()}, which is CLOCK_MONOTONIC on Linux; taken in the middle of the bracket
 * @param widthNanos how far apart the two readings of the monotonic clock around the wall clock were: the pair is off by
 *     at most half of it
 */
public record Moment(long tsMicros, long monoNanos, long widthNanos) {}
