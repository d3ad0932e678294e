-- id:       disk-latency
-- title:    Disk slow to answer
-- severity: warning
-- requires: disk.reads_count, disk.writes_count, disk.read_time_ms, disk.write_time_ms
-- ticks:    2
-- param:    min_await_ms = 100   mean time of a request in a tick; below it the tick is calm
-- param:    min_requests_count = 5   requests in a tick; with fewer the mean says nothing
-- param:    min_duration_s = 2   shorter stretches are ignored
-- param:    merge_s = 30   stretches no further apart are one
-- figure:   await_ms | Mean time of a request | ms | 1
-- figure:   requests_count | Requests completed | 1 | 0
-- figure:   duration_s | Duration | s | 3
-- source:   Linux Documentation/admin-guide/iostats.rst, fields 1, 4, 5, 8
-- explain:  For ${duration_s} s requests took ${await_ms} ms on average (${requests_count} requests).
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
        (reads_count + writes_count) - lag((reads_count + writes_count)) OVER w AS requests_count,
        (read_time_ms + write_time_ms) - lag((read_time_ms + write_time_ms)) OVER w AS busy_ms
    FROM disk
    WHERE tick IS NOT NULL
        AND mono_ns IS NOT NULL
        AND reads_count IS NOT NULL
        AND writes_count IS NOT NULL
        AND read_time_ms IS NOT NULL
        AND write_time_ms IS NOT NULL
    WINDOW w AS (PARTITION BY node, boot_id, entity ORDER BY mono_ns NULLS LAST, row_id)
),
hot AS (
    -- A counter that fell was started anew: nothing can be said about that step.
    SELECT
        *,
        lag(mono_ns) OVER w AS previous_hot_ns
    FROM step
    WHERE elapsed_ns > 0
        AND requests_count >= ${min_requests_count}
        AND busy_ms >= 0
        AND busy_ms >= requests_count * ${min_await_ms}
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
    divide_rounded(sum(busy_ms) * 10, sum(requests_count)) * 0.1 AS await_ms,
    sum(requests_count) AS requests_count,
    divide_rounded(sum(elapsed_ns), 1000000) * 0.001 AS duration_s,
    array_sort(array_agg(from_row_id)) AS evidence_from,
    array_sort(array_agg(row_id)) AS evidence
FROM burst
GROUP BY node, boot_id, entity, burst
HAVING sum(elapsed_ns) >= ${min_duration_s} * 1000000000
ORDER BY entity, first_ts NULLS LAST, node, boot_id
