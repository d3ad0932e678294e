-- id:       disk-stuck
-- title:    Disk completes nothing
-- severity: error
-- requires: disk.reads_count, disk.writes_count, disk.in_flight_count
-- ticks:    2
-- param:    min_duration_s = 5   shorter stretches are ignored
-- param:    merge_s = 0   a request that completes ends the stretch
-- figure:   in_flight_count | Most requests waiting | 1 | 0
-- figure:   duration_s | Duration | s | 3
-- source:   Linux Documentation/admin-guide/iostats.rst, fields 1, 5, 9
-- explain:  For ${duration_s} s up to ${in_flight_count} requests waited and none completed.
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
        in_flight_count,
        lag(in_flight_count) OVER w AS from_in_flight_count,
        (reads_count + writes_count) - lag((reads_count + writes_count)) OVER w AS requests_count
    FROM disk
    WHERE tick IS NOT NULL
        AND mono_ns IS NOT NULL
        AND reads_count IS NOT NULL
        AND writes_count IS NOT NULL
        AND in_flight_count IS NOT NULL
    WINDOW w AS (PARTITION BY node, boot_id, entity ORDER BY mono_ns NULLS LAST, row_id)
),
hot AS (
    -- Waiting at both ends of the step, and nothing completed between.
    SELECT
        *,
        lag(mono_ns) OVER w AS previous_hot_ns
    FROM step
    WHERE elapsed_ns > 0
        AND requests_count = 0
        AND in_flight_count > 0
        AND from_in_flight_count > 0
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
    max(in_flight_count) AS in_flight_count,
    divide_rounded(sum(elapsed_ns), 1000000) * 0.001 AS duration_s,
    array_sort(array_agg(from_row_id)) AS evidence_from,
    array_sort(array_agg(row_id)) AS evidence
FROM burst
GROUP BY node, boot_id, entity, burst
HAVING sum(elapsed_ns) >= ${min_duration_s} * 1000000000
ORDER BY entity, first_ts NULLS LAST, node, boot_id
