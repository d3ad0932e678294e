-- id:       oom-kill
-- title:    Process killed for lack of memory
-- severity: error
-- requires: host.oom_kill_count
-- ticks:    2
-- param:    min_count = 1   kills between two ticks
-- param:    merge_s = 60   events no further apart are one finding
-- figure:   kills_count | Processes killed | 1 | 0
-- source:   Linux /proc/vmstat oom_kill
-- explain:  The kernel killed ${kills_count} processes for lack of memory.
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
        oom_kill_count - lag(oom_kill_count) OVER w AS grown_count
    FROM host
    WHERE tick IS NOT NULL
        AND mono_ns IS NOT NULL
        AND oom_kill_count IS NOT NULL
    WINDOW w AS (PARTITION BY node, boot_id, entity ORDER BY mono_ns NULLS LAST, row_id)
),
hot AS (
    -- A counter that fell was started anew: nothing can be said about that step.
    SELECT
        *,
        lag(mono_ns) OVER w AS previous_hot_ns
    FROM step
    WHERE grown_count >= ${min_count}
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
    sum(grown_count) AS kills_count,
    array_sort(array_agg(from_row_id)) AS evidence_from,
    array_sort(array_agg(row_id)) AS evidence
FROM burst
GROUP BY node, boot_id, entity, burst
ORDER BY entity, first_ts NULLS LAST, node, boot_id
