-- id:       gpu-power-limit
-- title:    Power limit changed
-- severity: warning
-- requires: gpu.power_limit_mw
-- ticks:    2
-- param:    min_change_mw = 1000   smaller changes are ignored
-- figure:   limit_before_mw | Power limit before | mW | 0
-- figure:   limit_after_mw | Power limit after | mW | 0
-- source:   nvml.h NVML_FI_DEV_POWER_CURRENT_LIMIT, nvmlDeviceGetEnforcedPowerLimit
-- explain:  The power limit changed from ${limit_before_mw} mW to ${limit_after_mw} mW.
WITH moved AS (
    SELECT node, boot_id, entity
    FROM gpu
    WHERE tick IS NOT NULL
    GROUP BY node, boot_id, entity
    HAVING max(power_limit_mw) - min(power_limit_mw) >= ${min_change_mw}
),
step AS (
    SELECT
        gpu.node,
        gpu.boot_id,
        gpu.entity,
        gpu.ts,
        gpu.row_id,
        gpu.power_limit_mw AS limit_after_mw,
        lag(gpu.power_limit_mw) OVER w AS limit_before_mw,
        lag(gpu.ts) OVER w AS from_ts,
        lag(gpu.row_id) OVER w AS from_row_id
    FROM gpu
    INNER JOIN moved USING (node, boot_id, entity)
    WHERE gpu.mono_ns IS NOT NULL
        AND gpu.tick IS NOT NULL
        AND gpu.power_limit_mw IS NOT NULL
    WINDOW w AS (PARTITION BY gpu.node, gpu.boot_id, gpu.entity ORDER BY gpu.mono_ns NULLS LAST, gpu.row_id NULLS LAST)
)
SELECT
    entity,
    from_ts AS first_ts,
    ts AS last_ts,
    CASE WHEN limit_after_mw < limit_before_mw THEN 'warning' ELSE 'info' END AS severity,
    limit_before_mw,
    limit_after_mw,
    array_sort(array_agg(from_row_id)) AS evidence_from,
    array_sort(array_agg(row_id)) AS evidence
FROM step
WHERE abs(limit_after_mw - limit_before_mw) >= ${min_change_mw}
GROUP BY node, boot_id, entity, from_ts, ts, limit_before_mw, limit_after_mw
ORDER BY entity, first_ts NULLS LAST, node, boot_id
