-- id:       row-remap-pending
-- title:    Row remap waits for a GPU reset
-- severity: warning
-- rulebook: nvidia
-- requires: gpu.row_remap_pending
-- param:    min_flag = 1   value of the flag that counts
-- figure:   readings_count | Readings with the flag set | 1 | 0
-- source:   table threshold_rules, row_remap_pending; nvml.h nvmlDeviceGetRemappedRows
-- explain:  A repaired memory row becomes active at the next GPU reset (rule row_remap_pending, NVIDIA): work may go on until then.
SELECT
    entity,
    min(ts) AS first_ts,
    max(ts) AS last_ts,
    count(*) AS readings_count,
    array_sort(array_agg(row_id)) AS evidence
FROM gpu
WHERE row_remap_pending >= ${min_flag}
    AND tick IS NOT NULL
GROUP BY node, boot_id, entity
ORDER BY entity, first_ts NULLS LAST, node, boot_id
