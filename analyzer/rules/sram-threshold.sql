-- id:       sram-threshold
-- title:    SRAM error threshold exceeded
-- severity: critical
-- rulebook: nvidia
-- requires: gpu.sram_threshold_exceeded
-- param:    min_flag = 1   value of the flag that counts
-- figure:   readings_count | Readings with the flag set | 1 | 0
-- source:   table threshold_rules, sram_threshold; nvml.h nvmlEccSramErrorStatus_t bThresholdExceeded
-- explain:  The driver reports too many unique uncorrectable SRAM errors in one bank: meets the published criterion sram_threshold, pending field diagnostic.
SELECT
    entity,
    min(ts) AS first_ts,
    max(ts) AS last_ts,
    count(*) AS readings_count,
    array_sort(array_agg(row_id)) AS evidence
FROM gpu
WHERE sram_threshold_exceeded >= ${min_flag}
    AND tick IS NOT NULL
GROUP BY node, boot_id, entity
ORDER BY entity, first_ts NULLS LAST, node, boot_id
