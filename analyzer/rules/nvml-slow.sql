-- id:       nvml-slow
-- title:    NVML slow to answer
-- severity: warning
-- requires: gpu.nvml_time_us
-- param:    min_time_ms = 250   time inside NVML calls between two rows; below it all is well
-- param:    min_readings_count = 3   rows above it; fewer say nothing
-- param:    merge_s = 60   rows no further apart are one stretch
-- figure:   slowest_ms | Most time inside NVML calls between two rows | ms | 0
-- figure:   readings_count | Rows above the limit | 1 | 0
-- source:   esnode's own capture process: time inside NVML calls
-- explain:  In ${readings_count} rows the calls to this GPU took more than ${min_time_ms} ms, at worst ${slowest_ms} ms; monitoring that
--           asks as often disturbs the workload. The recorder asks less often meanwhile; the gap rows say when.
WITH hot AS (
    SELECT
        node,
        boot_id,
        entity,
        ts,
        mono_ns,
        row_id,
        nvml_time_us,
        lag(mono_ns) OVER w AS previous_hot_ns
    FROM gpu
    WHERE tick IS NOT NULL
        AND mono_ns IS NOT NULL
        AND nvml_time_us >= ${min_time_ms} * 1000
    WINDOW w AS (PARTITION BY node, boot_id, entity ORDER BY mono_ns NULLS LAST, row_id)
),
burst AS (
    SELECT
        *,
        sum(CASE WHEN mono_ns - previous_hot_ns <= ${merge_s} * 1000000000 THEN 0 ELSE 1 END) OVER w AS burst
    FROM hot
    WINDOW w AS (PARTITION BY node, boot_id, entity ORDER BY mono_ns NULLS LAST, row_id)
)
SELECT
    entity,
    min(ts) AS first_ts,
    max(ts) AS last_ts,
    divide_rounded(max(nvml_time_us), 1000) AS slowest_ms,
    count(*) AS readings_count,
    array_sort(array_agg(row_id)) AS evidence
FROM burst
GROUP BY node, boot_id, entity, burst
HAVING count(*) >= ${min_readings_count}
ORDER BY entity, first_ts NULLS LAST, node, boot_id
