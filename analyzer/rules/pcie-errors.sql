-- id:       pcie-errors
-- title:    PCIe errors that were not corrected
-- severity: error
-- rulebook: esnode
-- requires: gpu.pcie_fatal_errors_count, gpu.pcie_non_fatal_errors_count
-- ticks:    2
-- param:    min_count = 1   errors between two readings
-- param:    merge_s = 60   growth no further apart is one finding
-- figure:   fatal_count | PCIe fatal errors | 1 | 0
-- figure:   nonfatal_count | PCIe non-fatal errors | 1 | 0
-- source:   nvml.h NVML_FI_DEV_PCIE_COUNT_FATAL_ERROR, NVML_FI_DEV_PCIE_COUNT_NON_FATAL_ERROR
-- explain:  PCIe errors counted by the GPU: ${fatal_count} fatal, ${nonfatal_count} not fatal.
WITH moved AS (
    -- Counters that stood still are not worth sorting.
    SELECT node, boot_id, entity
    FROM gpu
    WHERE tick IS NOT NULL
    GROUP BY node, boot_id, entity
    HAVING max(pcie_fatal_errors_count) > min(pcie_fatal_errors_count)
        OR max(pcie_non_fatal_errors_count) > min(pcie_non_fatal_errors_count)
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
        pcie_fatal_errors_count - lag(pcie_fatal_errors_count) OVER w AS fatal_count,
        pcie_non_fatal_errors_count - lag(pcie_non_fatal_errors_count) OVER w AS nonfatal_count
    FROM gpu
    INNER JOIN moved USING (node, boot_id, entity)
    WHERE gpu.mono_ns IS NOT NULL
        AND gpu.tick IS NOT NULL
        AND (pcie_fatal_errors_count IS NOT NULL OR pcie_non_fatal_errors_count IS NOT NULL)
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
    WHERE fatal_count >= ${min_count} OR nonfatal_count >= ${min_count}
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
    CASE WHEN sum(CASE WHEN fatal_count > 0 THEN fatal_count ELSE 0 END) > 0 THEN 'error' ELSE 'warning' END AS severity,
    sum(CASE WHEN fatal_count > 0 THEN fatal_count ELSE 0 END) AS fatal_count,
    sum(CASE WHEN nonfatal_count > 0 THEN nonfatal_count ELSE 0 END) AS nonfatal_count,
    array_sort(array_agg(from_row_id)) AS evidence_from,
    array_sort(array_agg(row_id)) AS evidence
FROM burst
GROUP BY node, boot_id, entity, burst
ORDER BY entity, first_ts NULLS LAST, node, boot_id
