-- id:       gpu-repair-pending
-- title:    Repair of the GPU waits for a reset, or is not possible
-- severity: error
-- rulebook: nvidia
-- requires: gpu.repair_channel_pending
-- param:    min_flag = 1   value of the flag that counts
-- figure:   channel_count | Readings with an HBM channel repair pending | 1 | 0
-- figure:   tpc_count | Readings with a TPC repair pending | 1 | 0
-- figure:   unrepairable_count | Readings with memory that cannot be repaired | 1 | 0
-- source:   table threshold_rules, hbm_channel_repair; nvml.h nvmlDeviceGetRepairStatus, nvmlDeviceGetUnrepairableMemoryFlag_v1
-- explain:  The driver reports: HBM channel repair pending in ${channel_count} readings, TPC repair pending in ${tpc_count}, memory
--           that cannot be repaired in ${unrepairable_count}. Pending repairs become active at the next GPU reset.
SELECT
    entity,
    min(ts) AS first_ts,
    max(ts) AS last_ts,
    CASE WHEN max(coalesce(unrepairable_memory, 0)) >= ${min_flag} THEN 'error' ELSE 'warning' END AS severity,
    sum(CASE WHEN repair_channel_pending >= ${min_flag} THEN 1 ELSE 0 END) AS channel_count,
    sum(CASE WHEN repair_tpc_pending >= ${min_flag} THEN 1 ELSE 0 END) AS tpc_count,
    sum(CASE WHEN unrepairable_memory >= ${min_flag} THEN 1 ELSE 0 END) AS unrepairable_count,
    array_sort(array_agg(row_id)) AS evidence
FROM gpu
WHERE (repair_channel_pending >= ${min_flag} OR repair_tpc_pending >= ${min_flag} OR unrepairable_memory >= ${min_flag})
    AND tick IS NOT NULL
GROUP BY node, boot_id, entity
ORDER BY entity, first_ts NULLS LAST, node, boot_id
