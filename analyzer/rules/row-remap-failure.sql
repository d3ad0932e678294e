-- id:       row-remap-failure
-- title:    Row remap failed
-- severity: critical
-- rulebook: nvidia
-- requires: gpu.row_remap_failure
-- param:    min_flag = 1   value of the flag that counts
-- figure:   readings_count | Readings with the flag set | 1 | 0
-- source:   table threshold_rules, row_remap_failure; NVIDIA GPU memory error management
-- explain:  The driver reports that a memory row could not be remapped: meets the published criterion row_remap_failure, pending field diagnostic.
SELECT
    entity,
    min(ts) AS first_ts,
    max(ts) AS last_ts,
    count(*) AS readings_count,
    array_sort(array_agg(row_id)) AS evidence
FROM gpu
WHERE row_remap_failure >= ${min_flag}
    AND tick IS NOT NULL
GROUP BY node, boot_id, entity
ORDER BY entity, first_ts NULLS LAST, node, boot_id
