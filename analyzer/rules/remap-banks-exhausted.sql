-- id:       remap-banks-exhausted
-- title:    Memory banks without spare rows
-- severity: warning
-- rulebook: nvidia
-- requires: gpu.remap_banks_none_count
-- param:    min_banks_count = 1   banks without a spare row
-- figure:   readings_count | Readings | 1 | 0
-- figure:   banks_count | Banks without a spare row, at most | 1 | 0
-- source:   table threshold_rules, bank_availability; nvml.h nvmlRowRemapperHistogramValues_t
-- explain:  Memory banks without a spare row: ${banks_count} (rule bank_availability, NVIDIA: watch).
SELECT
    entity,
    min(ts) AS first_ts,
    max(ts) AS last_ts,
    count(*) AS readings_count,
    max(remap_banks_none_count) AS banks_count,
    array_sort(array_agg(row_id)) AS evidence
FROM gpu
WHERE remap_banks_none_count >= ${min_banks_count}
    AND tick IS NOT NULL
GROUP BY node, boot_id, entity
ORDER BY entity, first_ts NULLS LAST, node, boot_id
