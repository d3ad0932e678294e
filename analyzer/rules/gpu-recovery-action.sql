-- id:       gpu-recovery-action
-- title:    Driver asks for a recovery action
-- severity: error
-- rulebook: nvidia
-- requires: gpu.recovery_action
-- param:    min_action = 1   0 is none
-- figure:   recovery_action | Recovery action, number of nvmlDeviceGpuRecoveryAction_t | 1 | 0
-- figure:   readings_count | Readings with it | 1 | 0
-- text:     asked
-- source:   table threshold_rules, recovery_action; nvml.h 13.3.29 NVML_FI_DEV_GET_GPU_RECOVERY_ACTION
-- explain:  The driver asks for ${asked} (recovery action ${recovery_action}). This is the driver's own recommendation.
SELECT
    entity,
    min(ts) AS first_ts,
    max(ts) AS last_ts,
    CASE WHEN recovery_action IN (1, 2, 4) THEN 'error' ELSE 'warning' END AS severity,
    recovery_action,
    count(*) AS readings_count,
    CASE
        WHEN recovery_action = 1 THEN 'a GPU reset'
        WHEN recovery_action = 2 THEN 'a node reboot'
        WHEN recovery_action = 3 THEN 'drain of peer-to-peer work'
        WHEN recovery_action = 4 THEN 'drain and reset'
        WHEN recovery_action = 5 THEN 'recovery of the IMEX domain'
        ELSE 'something newer than this rule'
    END AS asked,
    array_sort(array_agg(row_id)) AS evidence
FROM gpu
WHERE recovery_action >= ${min_action}
    AND tick IS NOT NULL
GROUP BY node, boot_id, entity, recovery_action
ORDER BY entity, first_ts NULLS LAST, recovery_action NULLS LAST, node, boot_id
