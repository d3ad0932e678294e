-- id:       nvlink-recovery-failed
-- title:    NVLink could not be recovered
-- severity: error
-- rulebook: esnode
-- requires: nvlink.recovery_failed_count
-- ticks:    2
-- param:    min_count = 1   errors between two readings
-- param:    merge_s = 60   growth no further apart is one finding
-- figure:   failures_count | Link recoveries that failed | 1 | 0
-- source:   nvml.h NVML_FI_DEV_NVLINK_COUNT_LINK_RECOVERY_FAILED_EVENTS; table nvlink_error_types: above 0 the link is lost
-- explain:  Recoveries of the link that failed: ${failures_count}. The link is lost.
WITH moved AS (
    -- Counters that stood still are not worth sorting.
    SELECT node, boot_id, entity
    FROM nvlink
    WHERE tick IS NOT NULL
    GROUP BY node, boot_id, entity
    HAVING max(recovery_failed_count) > min(recovery_failed_count)
),
step AS (
    SELECT
        nvlink.node,
        nvlink.boot_id,
        nvlink.entity,
        nvlink.ts,
        nvlink.mono_ns,
        nvlink.row_id,
        lag(nvlink.ts) OVER w AS from_ts,
        lag(nvlink.row_id) OVER w AS from_row_id,
        nvlink.mono_ns - lag(nvlink.mono_ns) OVER w AS elapsed_ns,
        recovery_failed_count - lag(recovery_failed_count) OVER w AS failures_count
    FROM nvlink
    INNER JOIN moved USING (node, boot_id, entity)
    WHERE nvlink.mono_ns IS NOT NULL
        AND nvlink.tick IS NOT NULL
        AND (recovery_failed_count IS NOT NULL)
    WINDOW w AS (
        PARTITION BY nvlink.node, nvlink.boot_id, nvlink.entity
        ORDER BY nvlink.mono_ns NULLS LAST, nvlink.row_id NULLS LAST)
),
hot AS (
    -- A counter that fell was started anew: nothing can be said about that step.
    SELECT
        *,
        lag(mono_ns) OVER w AS previous_hot_ns
    FROM step
    WHERE failures_count >= ${min_count}
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
    sum(CASE WHEN failures_count > 0 THEN failures_count ELSE 0 END) AS failures_count,
    array_sort(array_agg(from_row_id)) AS evidence_from,
    array_sort(array_agg(row_id)) AS evidence
FROM burst
GROUP BY node, boot_id, entity, burst
ORDER BY entity, first_ts NULLS LAST, node, boot_id
