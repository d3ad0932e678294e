-- id:       ecc-corrected
-- title:    Corrected ECC errors
-- severity: info
-- rulebook: esnode
-- requires: gpu.ecc_corrected_volatile_count
-- ticks:    2
-- param:    min_count = 1   errors between two readings
-- param:    min_total_count = 10   errors of one burst; fewer say nothing
-- param:    merge_s = 600   growth no further apart is one burst
-- figure:   errors_count | ECC errors corrected | 1 | 0
-- figure:   duration_s | Duration | s | 3
-- source:   nvml.h NVML_FI_DEV_ECC_SBE_VOL_TOTAL; no limit is published, the one of DCGM 4.6.0 is a placeholder
-- explain:  ECC errors corrected: ${errors_count} within ${duration_s} s. Correction worked; a rising rate may precede a row remap.
WITH moved AS (
    -- Counters that stood still are not worth sorting.
    SELECT node, boot_id, entity
    FROM gpu
    WHERE tick IS NOT NULL
    GROUP BY node, boot_id, entity
    HAVING max(ecc_corrected_volatile_count) > min(ecc_corrected_volatile_count)
),
step AS (
    SELECT
        gpu.node,
        gpu.boot_id,
        gpu.entity,
        gpu.ts,
        gpu.mono_ns,
        gpu.row_id,
        lag(gpu.ts) OVER w AS from_ts,
        lag(gpu.row_id) OVER w AS from_row_id,
        gpu.mono_ns - lag(gpu.mono_ns) OVER w AS elapsed_ns,
        ecc_corrected_volatile_count - lag(ecc_corrected_volatile_count) OVER w AS errors_count
    FROM gpu
    INNER JOIN moved USING (node, boot_id, entity)
    WHERE gpu.mono_ns IS NOT NULL
        AND gpu.tick IS NOT NULL
        AND (ecc_corrected_volatile_count IS NOT NULL)
    WINDOW w AS (
        PARTITION BY gpu.node, gpu.boot_id, gpu.entity
        ORDER BY gpu.mono_ns NULLS LAST, gpu.row_id NULLS LAST)
),
hot AS (
    -- A counter that fell was started anew: nothing can be said about that step.
    SELECT
        *,
        lag(mono_ns) OVER w AS previous_hot_ns
    FROM step
    WHERE errors_count >= ${min_count}
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
    sum(CASE WHEN errors_count > 0 THEN errors_count ELSE 0 END) AS errors_count,
    divide_rounded(max(mono_ns) - min(mono_ns - elapsed_ns), 1000000) * 0.001 AS duration_s,
    array_sort(array_agg(from_row_id)) AS evidence_from,
    array_sort(array_agg(row_id)) AS evidence
FROM burst
GROUP BY node, boot_id, entity, burst
HAVING sum(CASE WHEN errors_count > 0 THEN errors_count ELSE 0 END) >= ${min_total_count}
ORDER BY entity, first_ts NULLS LAST, node, boot_id
