-- id:       dcgm-remap-limit
-- title:    Remapped rows at the limit of DCGM
-- severity: warning
-- rulebook: dcgm
-- requires: gpu.remapped_rows_uncorrected_count
-- param:    min_rows_count = 512   DCGM_LIMIT_MAX of remapped rows
-- figure:   readings_count | Readings | 1 | 0
-- figure:   rows_count | Rows remapped for uncorrectable errors | rows | 0
-- source:   table threshold_rules, dcgm_remap_uncorrectable; DCGM 4.6.0 DcgmGPUHardwareLimits.h
-- explain:  ${rows_count} rows are remapped for uncorrectable errors, DCGM warns from ${min_rows_count} on (rule dcgm_remap_uncorrectable).
SELECT
    entity,
    min(ts) AS first_ts,
    max(ts) AS last_ts,
    count(*) AS readings_count,
    max(remapped_rows_uncorrected_count) AS rows_count,
    array_sort(array_agg(row_id)) AS evidence
FROM gpu
WHERE remapped_rows_uncorrected_count >= ${min_rows_count}
    AND tick IS NOT NULL
GROUP BY node, boot_id, entity
ORDER BY entity, first_ts NULLS LAST, node, boot_id
