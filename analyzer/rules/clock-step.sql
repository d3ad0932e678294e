-- id:       clock-step
-- title:    Wall clock jumped
-- severity: warning
-- requires: host.mem_total_bytes
-- ticks:    2
-- param:    min_step_ms = 100   difference between wall clock and monotonic clock over one step
-- figure:   step_ms | Jump of the wall clock, negative is back | ms | 3
-- figure:   wall_s | Time between the two rows by the wall clock | s | 3
-- figure:   elapsed_s | Time between the two rows by the monotonic clock | s | 3
-- text:     direction
-- source:   clock_gettime(2), CLOCK_REALTIME against CLOCK_MONOTONIC
-- explain:  The wall clock jumped ${direction} by ${step_ms} ms: ${wall_s} s by the wall clock, ${elapsed_s} s by the monotonic clock.
WITH step AS (
    SELECT
        node,
        boot_id,
        entity,
        ts,
        row_id,
        lag(ts) OVER w AS from_ts,
        lag(row_id) OVER w AS from_row_id,
        mono_ns - lag(mono_ns) OVER w AS elapsed_ns,
        epoch_micros(ts) - lag(epoch_micros(ts)) OVER w AS wall_us
    FROM host
    WHERE tick IS NOT NULL
        AND mono_ns IS NOT NULL
        AND ts IS NOT NULL
    WINDOW w AS (PARTITION BY node, boot_id, entity ORDER BY mono_ns NULLS LAST, row_id)
)
SELECT
    entity,
    from_ts AS first_ts,
    ts AS last_ts,
    CASE WHEN wall_us * 1000 < elapsed_ns THEN 'back' ELSE 'ahead' END AS direction,
    divide_rounded(wall_us * 1000 - elapsed_ns, 1000) * 0.001 AS step_ms,
    divide_rounded(wall_us, 1000) * 0.001 AS wall_s,
    divide_rounded(elapsed_ns, 1000000) * 0.001 AS elapsed_s,
    array_agg(from_row_id) AS evidence_from,
    array_agg(row_id) AS evidence
FROM step
WHERE elapsed_ns > 0
    AND abs(wall_us * 1000 - elapsed_ns) >= ${min_step_ms} * 1000000
GROUP BY node, boot_id, entity, from_ts, ts, wall_us, elapsed_ns
ORDER BY entity, first_ts NULLS LAST, node, boot_id
