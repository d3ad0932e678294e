-- id:       xid-memory
-- title:    GPU memory error told by an XID
-- severity: critical
-- rulebook: nvidia
-- requires: event.code
-- param:    merge_s = 180   the same XID no further apart is one finding
-- figure:   xid | XID | 1 | 0
-- figure:   log_count | Times in the kernel log | 1 | 0
-- figure:   nvml_count | Times told by NVML | 1 | 0
-- text:     name
-- text:     causes
-- text:     action
-- text:     conflict
-- text:     edition
-- source:   NVIDIA XID catalogue, table xid_catalog; kernel log "NVRM: Xid", nvml.h nvmlEventTypeXidCriticalError
-- explain:  XID ${xid} (${name}), ${log_count}× in the kernel log, ${nvml_count}× by NVML. ${causes}. Catalogue's action: ${action}
--           (xid_catalog, ${edition}).${conflict}
WITH burst AS (
    SELECT
        *,
        sum(CASE WHEN mono_ns - previous_ns <= ${merge_s} * 1000000000 THEN 0 ELSE 1 END) OVER w AS burst
    FROM known_xid
    WHERE category IN ('hardware-memory', 'hardware-sram')
    WINDOW w AS (PARTITION BY node, boot_id, entity, xid ORDER BY mono_ns NULLS LAST, row_id)
)
SELECT
    entity,
    min(ts) AS first_ts,
    max(ts) AS last_ts,
    CASE
        WHEN min(severity) = 'fatal' THEN 'critical'
        WHEN min(severity) = 'error' THEN 'error'
        WHEN min(severity) = 'warn' THEN 'warning'
        ELSE 'info'
    END AS severity,
    xid,
    sum(CASE WHEN told_by = 'kernel log' THEN 1 ELSE 0 END) AS log_count,
    sum(CASE WHEN told_by = 'NVML' THEN 1 ELSE 0 END) AS nvml_count,
    min(name) AS name,
    min(likely_causes) AS causes,
    concat_ws('; NVIDIA bucket ', min(recommended_action), min(immediate_bucket)) AS action,
    CASE WHEN min(conflict_note) IS NULL THEN '' ELSE concat_ws('', ' Judged otherwise by others: ', min(conflict_note), '.') END AS conflict,
    min(edition) AS edition,
    array_sort(array_agg(row_id)) AS evidence
FROM burst
GROUP BY node, boot_id, entity, xid, burst
ORDER BY entity, first_ts NULLS LAST, xid NULLS LAST, node, boot_id
