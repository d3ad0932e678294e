-- id:       pcie-aer
-- title:    PCIe error reported by the kernel
-- severity: critical
-- requires: event.event_class
-- param:    many_count = 10   corrected errors of one device from which on they are worth a warning
-- figure:   log_count | Lines of the kernel log | 1 | 0
-- text:     kind
-- text:     reasons
-- source:   Linux drivers/pci/pcie/aer.c
-- explain:  The kernel logged ${log_count} lines about ${kind} PCIe errors of this device (${reasons}).
WITH told AS (
    SELECT
        node,
        boot_id,
        entity,
        ts,
        row_id,
        reason,
        CASE
            WHEN reason = 'device recovery failed' THEN 'fatal'
            ELSE severity
        END AS kind
    FROM gpu_event
    WHERE event_class = 'aer'
        AND is_before_start = 0
)
SELECT
    entity,
    min(ts) AS first_ts,
    max(ts) AS last_ts,
    CASE
        WHEN kind = 'fatal' THEN 'critical'
        WHEN kind = 'nonfatal' THEN 'error'
        WHEN count(*) >= ${many_count} THEN 'warning'
        ELSE 'info'
    END AS severity,
    count(*) AS log_count,
    CASE
        WHEN kind = 'fatal' THEN 'fatal'
        WHEN kind = 'nonfatal' THEN 'uncorrected, not fatal'
        ELSE 'corrected'
    END AS kind,
    CASE WHEN min(reason) = max(reason) THEN min(reason) ELSE concat_ws(', ', min(reason), max(reason)) END AS reasons,
    array_sort(array_agg(row_id)) AS evidence
FROM told
WHERE kind IN ('fatal', 'nonfatal', 'corrected')
GROUP BY node, boot_id, entity, kind
ORDER BY entity, first_ts NULLS LAST, kind NULLS LAST, node, boot_id
