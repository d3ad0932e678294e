-- id:       fabric-unhealthy
-- title:    GPU fabric not healthy
-- severity: error
-- rulebook: nvidia
-- requires: gpu.fabric_state
-- param:    completed_state = 3   NVML_GPU_FABRIC_STATE_COMPLETED
-- figure:   fabric_health_mask | Health mask, bit fields of nvmlGpuFabricInfo_v2_t | 1 | 0
-- figure:   fabric_health_summary | Health summary | 1 | 0
-- figure:   fabric_status | Return code of the registration | 1 | 0
-- figure:   readings_count | Readings with it | 1 | 0
-- text:     words
-- source:   nvml.h 13.3.29 NVML_GPU_FABRIC_HEALTH_MASK_*; table nvlink_error_types, FABRIC.GPUFABRICINFOV_HEALTHMASK
-- explain:  The driver reports: ${words}.
WITH judged AS (
    -- Two bits each for degraded bandwidth, route recovery, route unhealthy, access timeout recovery: 1 is true. Then four
    -- bits of configuration, from 2 on wrong, and two bits for the partition, 2 not assigned.
    SELECT
        node,
        boot_id,
        entity,
        ts,
        row_id,
        fabric_health_mask,
        fabric_health_summary,
        fabric_status,
        concat_ws(
            ', ',
            CASE WHEN (fabric_health_mask & 3) = 1 THEN 'degraded bandwidth' END,
            CASE WHEN (fabric_health_mask & 12) = 4 THEN 'route recovery in progress' END,
            CASE WHEN (fabric_health_mask & 48) = 16 THEN 'route unhealthy' END,
            CASE WHEN (fabric_health_mask & 192) = 64 THEN 'access timeout recovery in progress' END,
            CASE WHEN (fabric_health_mask & 3840) >= 512 THEN 'incorrect configuration' END,
            CASE WHEN (fabric_health_mask & 12288) = 8192 THEN 'no partition assigned' END,
            CASE WHEN fabric_health_summary = 2 THEN 'summary unhealthy' END,
            CASE WHEN fabric_health_summary = 3 THEN 'summary limited capacity' END,
            CASE WHEN fabric_state = ${completed_state} AND fabric_status <> 0 THEN 'registration failed' END) AS words
    FROM gpu
    WHERE fabric_state IS NOT NULL
        AND tick IS NOT NULL
)
SELECT
    entity,
    min(ts) AS first_ts,
    max(ts) AS last_ts,
    fabric_health_mask,
    fabric_health_summary,
    fabric_status,
    count(*) AS readings_count,
    words,
    array_sort(array_agg(row_id)) AS evidence
FROM judged
WHERE words <> ''
GROUP BY node, boot_id, entity, fabric_health_mask, fabric_health_summary, fabric_status, words
ORDER BY entity, first_ts NULLS LAST, fabric_health_mask NULLS LAST, node, boot_id
