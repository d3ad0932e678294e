-- id:       xid-nvml-only
-- title:    XID told by NVML that the kernel log lacks
-- severity: info
-- requires: event.code, gpu.nvml_calls_count
-- param:    window_s = 30   how far apart the two sources may tell the same XID
-- figure:   xid | XID | 1 | 0
-- figure:   events_count | Times told by one source alone | 1 | 0
-- source:   nvml.h nvmlEventTypeXidCriticalError; /dev/kmsg
-- explain:  NVML told XID ${xid} ${events_count}×, the kernel log, which was read, does not have it within ${window_s} s.
WITH watched AS (
    SELECT node, boot_id, entity
    FROM gpu
    WHERE nvml_calls_count IS NOT NULL
    GROUP BY node, boot_id, entity
),
logged AS (
    -- The recorder says at the end that it read the log; a line of the log says so too.
    SELECT node, boot_id
    FROM audit
    WHERE action = 'kernel_log.read' AND outcome = 'success'
    UNION ALL
    SELECT node, boot_id
    FROM event
    WHERE log_sequence IS NOT NULL
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
        AND other.told_by = 'kernel log'
        AND abs(other.mono_ns - told.mono_ns) <= ${window_s} * 1000000000
    WHERE told.told_by = 'NVML'
        AND told.is_before_start = 0
        AND other.row_id IS NULL
        AND EXISTS (SELECT 1 FROM logged WHERE logged.node = told.node AND logged.boot_id = told.boot_id)
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
