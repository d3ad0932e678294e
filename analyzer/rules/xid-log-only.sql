-- id:       xid-log-only
-- title:    XID in the kernel log that NVML did not tell
-- severity: info
-- requires: event.code, gpu.nvml_calls_count
-- param:    window_s = 30   how far apart the two sources may tell the same XID
-- figure:   xid | XID | 1 | 0
-- figure:   events_count | Times told by one source alone | 1 | 0
-- source:   NVIDIA/DCGM issue 235; nvml.h nvmlEventTypeXidCriticalError
-- explain:  The kernel log has XID ${xid} ${events_count}×, NVML did not tell it within ${window_s} s. NVML leaves XIDs out (NVIDIA/DCGM issue 235); the kernel log counts.
WITH watched AS (
    SELECT node, boot_id, entity
    FROM gpu
    WHERE nvml_calls_count IS NOT NULL
    GROUP BY node, boot_id, entity
),
deaf AS (
    -- A GPU whose events NVML refused tells nothing by its silence.
    SELECT node, entity
    FROM gap
    WHERE metric = 'event'
    GROUP BY node, entity
),
alone AS (
    SELECT told.*
    FROM xid AS told
    INNER JOIN watched ON watched.node = told.node AND watched.boot_id = told.boot_id AND watched.entity = told.entity
    LEFT JOIN xid AS other
        ON other.node = told.node
        AND other.boot_id = told.boot_id
        AND other.entity = told.entity
        AND other.xid = told.xid
        AND other.told_by = 'NVML'
        AND abs(other.mono_ns - told.mono_ns) <= ${window_s} * 1000000000
    WHERE told.told_by = 'kernel log'
        AND told.is_before_start = 0
        AND other.row_id IS NULL
        AND NOT EXISTS (SELECT 1 FROM deaf WHERE deaf.node = told.node AND deaf.entity = told.entity)
)
SELECT
    entity,
    min(ts) AS first_ts,
    max(ts) AS last_ts,
    xid,
    count(*) AS events_count,
    array_sort(array_agg(row_id)) AS evidence
FROM alone
GROUP BY node, boot_id, entity, xid
ORDER BY entity, first_ts NULLS LAST, xid NULLS LAST, node, boot_id
