-- id:       dcgm-nvlink-crc
-- title:    NVLink CRC errors at the limit of DCGM
-- severity: error
-- rulebook: dcgm
-- requires: gpu.nvlink_crc_flit_errors_count, gpu.nvlink_crc_data_errors_count
-- ticks:    2
-- param:    min_per_s_count = 100   CRC errors a second, all links of a GPU
-- param:    merge_s = 60   stretches no further apart are one
-- figure:   worst_per_s_count | Most CRC errors a second between two readings | 1 | 0
-- figure:   errors_count | CRC errors in these stretches | 1 | 0
-- source:   table threshold_rules, dcgm_nvlink_crc; DCGM 4.6.0 DcgmGPUHardwareLimits.h
-- explain:  Up to ${worst_per_s_count} NVLink CRC errors a second, DCGM fails from ${min_per_s_count} on (rule dcgm_nvlink_crc).
WITH moved AS (
    SELECT node, boot_id, entity
    FROM gpu
    WHERE tick IS NOT NULL
    GROUP BY node, boot_id, entity
    HAVING max(nvlink_crc_flit_errors_count) > min(nvlink_crc_flit_errors_count)
        OR max(nvlink_crc_data_errors_count) > min(nvlink_crc_data_errors_count)
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
        greatest(gpu.nvlink_crc_flit_errors_count - lag(gpu.nvlink_crc_flit_errors_count) OVER w, 0)
            + greatest(gpu.nvlink_crc_data_errors_count - lag(gpu.nvlink_crc_data_errors_count) OVER w, 0) AS errors_count
    FROM gpu
    INNER JOIN moved USING (node, boot_id, entity)
    WHERE gpu.mono_ns IS NOT NULL
        AND gpu.tick IS NOT NULL
        AND gpu.nvlink_crc_flit_errors_count IS NOT NULL
        AND gpu.nvlink_crc_data_errors_count IS NOT NULL
    WINDOW w AS (PARTITION BY gpu.node, gpu.boot_id, gpu.entity ORDER BY gpu.mono_ns NULLS LAST, gpu.row_id NULLS LAST)
),
rated AS (
    SELECT
        *,
        divide_rounded(errors_count * 1000, divide_rounded(elapsed_ns, 1000000)) AS per_s_count
    FROM step
    WHERE elapsed_ns > 0
),
hot AS (
    SELECT
        *,
        lag(mono_ns) OVER w AS previous_hot_ns
    FROM rated
    WHERE per_s_count >= ${min_per_s_count}
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
    max(per_s_count) AS worst_per_s_count,
    sum(errors_count) AS errors_count,
    array_sort(array_agg(from_row_id)) AS evidence_from,
    array_sort(array_agg(row_id)) AS evidence
FROM burst
GROUP BY node, boot_id, entity, burst
ORDER BY entity, first_ts NULLS LAST, node, boot_id
