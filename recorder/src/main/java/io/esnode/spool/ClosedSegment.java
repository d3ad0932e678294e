package io.esnode.spool;

import org.jspecify.annotations.Nullable;

/**
 * A segment that is not written to any more.
 *
 * @param number from 0
 * @param firstTick number of the tick it began with
 * @param dueTick the one after the last tick of the segment before: as a rule the same
 * @param fromTs when it began and {@code toTs} when the next one did, or its last tick, µs since 1970 UTC
 * @param fromMono the same on CLOCK_MONOTONIC, ns
 * @param bytes of the file
 * @param sha256 of those bytes
 * @param previousSha256 of the segment before, null in the first
 * @param nextTick the tick that the next segment begins with; -1 where the recording ended
 */
public record ClosedSegment(
    long number,
    long firstTick,
    long dueTick,
    long fromTs,
    long toTs,
    long fromMono,
    long toMono,
    long bytes,
    String sha256,
    @Nullable String previousSha256,
    long nextTick) {}
