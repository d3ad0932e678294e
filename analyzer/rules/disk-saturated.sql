-- id:       disk-saturated
-- title:    Disk busy all the time
-- severity: warning
-- requires: disk.io_time_ms, disk.weighted_io_time_ms
-- ticks:    2
-- param:    min_busy_pct = 95   share of a tick with a request in flight; below it the tick is calm
-- param:    min_queue = 4   mean requests in flight; a single stream on one queue keeps a disk busy without harm
-- param:    min_duration_s = 5   shorter stretches are ignored
-- param:    merge_s = 30   stretches no further apart are one
-- figure:   busy_pct | Time with a request in flight | % | 2
-- figure:   queue | Mean requests in flight | 1 | 1
-- figure:   duration_s | Duration | s | 3
-- source:   Linux Documentation/admin-guide/iostats.rst, fields 10 and 11; devices with many queues are not full at 100 %
-- explain:  For ${duration_s} s a request was in flight ${busy_pct} % of the time, ${queue} at once on average.
WITH step AS (
    SELECT
        node,
        boot_id,
        entity,
        ts,
        mono_ns,
        row_id,
        lag(ts) OVER w AS from_ts,
        lag(row_id) OVER w AS from_row_id,
        mono_ns - lag(mono_ns) OVER w AS elapsed_ns,
        io_time_ms - lag(io_time_ms) OVER w AS busy_ms,
        weighted_io_time_ms - lag(weighted_io_time_ms) OVER w AS weighted_ms
    FROM disk
    WHERE tick IS NOT NULL
        AND mono_ns IS NOT NULL
        AND io_time_ms IS NOT NULL
        AND weighted_io_time_ms IS NOT NULL
    WINDOW w AS (PARTITION BY node, boot_id, entity ORDER BY mono_ns NULLS LAST, row_id)
),
hot AS (
    -- A counter that fell was started anew: nothing can be said about that step.
    SELECT
        *,
        lag(mono_ns) OVER w AS previous_hot_ns
    FROM step
    WHERE elapsed_ns > 0
        AND busy_ms >= 0
        AND busy_ms * 100000000 >= elapsed_ns * ${min_busy_pct}
        AND weighted_ms * 1000000 >= elapsed_ns * ${min_queue}
    WINDOW w AS (PARTITION BY node, boot_id, entity ORDER BY mono_ns NULLS LAST, row_id)
),
burst AS (
    SELECT
        *,
        sum(CASE WHEN mono_ns - elapsed_ns - previous_hot_ns <= ${merge_s} * 1000000000 THEN 0 ELSE 1 END) OVER w AS burst
    FROM hot
    WINDOW w AS (PARTITION BY node, boot_id, entity ORDER BY mono_ns NULLS LAST, row_id)
)
SELECT
    entity,
    min(from_ts) AS first_ts,
    max(ts) AS last_ts,
    divide_rounded(least(sum(busy_ms) * 1000000, sum(elapsed_ns)) * 10000, sum(elapsed_ns)) * 0.01 AS busy_pct,
    divide_rounded(sum(weighted_ms) * 10000000, sum(elapsed_ns)) * 0.1 AS queue,
    divide_rounded(sum(elapsed_ns), 1000000) * 0.001 AS duration_s,
    array_sort(array_agg(from_row_id)) AS evidence_from,
    array_sort(array_agg(row_id)) AS evidence
FROM burst
GROUP BY node, boot_id, entity, burst
HAVING sum(elapsed_ns) >= ${min_duration_s} * 1000000000
ORDER BY entity, first_ts NULLS LAST, node, boot_id
