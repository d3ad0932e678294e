package io.esnode.trigger;

import org.jspecify.annotations.Nullable;

/**
 * A trigger that came true.
 *
 * @param trigger as it was declared, or the name under which it was fired by hand
 * @param entity whom it is about
 * @param origin {@code live} or {@code simulated}, as what was observed
 * @param observed what came true, in words
 * @param tick null where it belongs to no tick
 * @param tsMicros wall clock, µs since 1970 UTC
 * @param monoNanos CLOCK_MONOTONIC
 */
public record Firing(
    String trigger,
    String entity,
    String origin,
    String observed,
    @Nullable Long tick,
    long tsMicros,
    long monoNanos) {}
