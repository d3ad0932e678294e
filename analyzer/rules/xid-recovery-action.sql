-- id:       xid-recovery-action
-- title:    Driver changed the recovery action it asks for
-- severity: error
-- rulebook: nvidia
-- requires: event.code
-- figure:   changes_count | Times told | 1 | 0
-- figure:   action_from | Recovery action before, number of nvmlDeviceGpuRecoveryAction_t | 1 | 0
-- figure:   action_to | Recovery action asked for, number of nvmlDeviceGpuRecoveryAction_t | 1 | 0
-- text:     was
-- text:     asked
-- source:   XID 154 in the kernel log, "GPU recovery action changed"; nvml.h 13.3.29 NVML_FI_DEV_GET_GPU_RECOVERY_ACTION
-- explain:  XID 154: the driver asks for ${asked}, before ${was}. This is the driver's own recommendation.
WITH told AS (
    -- NVML tells that it changed, the kernel log from what to what: NVML's word counts where the log has none.
    SELECT
        xid.*,
        sum(CASE WHEN told_by = 'kernel log' THEN 1 ELSE 0 END) OVER w AS logged_count
    FROM xid
    WHERE xid = 154
        AND is_before_start = 0
    WINDOW w AS (PARTITION BY node, boot_id, entity)
)
SELECT
    entity,
    min(ts) AS first_ts,
    max(ts) AS last_ts,
    CASE
        WHEN recovery_action_to = 0 THEN 'info'
        WHEN recovery_action_to IN (1, 2, 4) THEN 'error'
        ELSE 'warning'
    END AS severity,
    count(*) AS changes_count,
    recovery_action_from AS action_from,
    recovery_action_to AS action_to,
    CASE
        WHEN recovery_action_from = 0 THEN 'none (0)'
        WHEN recovery_action_from = 1 THEN 'a GPU reset (1)'
        WHEN recovery_action_from = 2 THEN 'a node reboot (2)'
        WHEN recovery_action_from = 3 THEN 'drain of peer-to-peer work (3)'
        WHEN recovery_action_from = 4 THEN 'drain and reset (4)'
        WHEN recovery_action_from = 5 THEN 'recovery of the IMEX domain (5)'
        WHEN recovery_action_from IS NULL THEN 'not told'
        ELSE concat_ws(' ', 'action', CAST(recovery_action_from AS VARCHAR))
    END AS was,
    CASE
        WHEN recovery_action_to = 0 THEN 'nothing any more (0)'
        WHEN recovery_action_to = 1 THEN 'a GPU reset (1)'
        WHEN recovery_action_to = 2 THEN 'a node reboot (2)'
        WHEN recovery_action_to = 3 THEN 'drain of peer-to-peer work (3)'
        WHEN recovery_action_to = 4 THEN 'drain and reset (4)'
        WHEN recovery_action_to = 5 THEN 'recovery of the IMEX domain (5)'
        WHEN recovery_action_to IS NULL THEN 'an action that NVML does not tell with the event'
        ELSE concat_ws(' ', 'action', CAST(recovery_action_to AS VARCHAR))
    END AS asked,
    array_sort(array_agg(row_id)) AS evidence
FROM told
WHERE told_by = 'kernel log' OR logged_count = 0
GROUP BY node, boot_id, entity, recovery_action_from, recovery_action_to
ORDER BY entity, first_ts NULLS LAST, action_to NULLS LAST, node, boot_id
