-- id:       xid-application
-- title:    Program's fault or its consequence, told by an XID
-- severity: warning
-- rulebook: nvidia
-- requires: event.code
-- param:    merge_s = 180   the same XID no further apart is one finding
-- param:    follow_s = 180   an XID of class follow-on this long after another one follows it
-- figure:   xid | XID | 1 | 0
-- figure:   log_count | Times in the kernel log | 1 | 0
-- figure:   nvml_count | Times told by NVML | 1 | 0
-- text:     name
-- text:     causes
-- text:     action
-- text:     follows
-- text:     edition
-- source:   NVIDIA XID catalogue, table xid_catalog, is_application_class; driver 595.45.04 "caused by previous Xid"
-- explain:  XID ${xid} (${name}), ${log_count}× in the kernel log, ${nvml_count}× by NVML: application class, no evidence of
--           a hardware fault by itself.${follows} ${causes}. Catalogue's action: ${action} (xid_catalog, ${edition}).
WITH told AS (
    SELECT
        xid.node,
        xid.boot_id,
        xid.entity,
        xid.ts,
        xid.mono_ns,
        xid.row_id,
        xid.told_by,
        xid.xid,
        xid.cause_xid,
        known.name,
        known.severity,
        known.likely_causes,
        known.recommended_action,
        known.immediate_bucket,
        known.source AS edition,
        lag(xid.mono_ns) OVER w AS previous_ns
    FROM xid
    INNER JOIN xid_catalog AS known ON known.xid = xid.xid
    WHERE xid.is_before_start = 0
        AND known.is_application_class = 1
    WINDOW w AS (PARTITION BY xid.node, xid.boot_id, xid.entity, xid.xid ORDER BY xid.mono_ns NULLS LAST, xid.row_id NULLS LAST)
),
followed AS (
    -- The earliest other XID in the window: elapsed time in thousands, so that the largest carries the number of its XID.
    SELECT
        told.row_id,
        max((told.mono_ns - other.mono_ns) * 1000 + other.xid) AS packed
    FROM told
    INNER JOIN xid AS other
        ON other.node = told.node
        AND other.boot_id = told.boot_id
        AND other.entity = told.entity
        AND other.mono_ns <= told.mono_ns
        AND told.mono_ns - other.mono_ns <= ${follow_s} * 1000000000
    WHERE told.xid IN (43, 45)
        AND other.xid NOT IN (43, 45, 154)
    GROUP BY told.row_id
),
burst AS (
    SELECT
        told.*,
        coalesce(told.cause_xid, followed.packed % 1000) AS follows_xid,
        sum(CASE WHEN told.mono_ns - told.previous_ns <= ${merge_s} * 1000000000 THEN 0 ELSE 1 END) OVER w AS burst
    FROM told
    LEFT JOIN followed ON followed.row_id = told.row_id
    WINDOW w AS (
        PARTITION BY told.node, told.boot_id, told.entity, told.xid
        ORDER BY told.mono_ns NULLS LAST, told.row_id NULLS LAST)
)
SELECT
    entity,
    min(ts) AS first_ts,
    max(ts) AS last_ts,
    CASE WHEN max(follows_xid) IS NOT NULL OR min(severity) = 'info' THEN 'info' ELSE 'warning' END AS severity,
    xid,
    sum(CASE WHEN told_by = 'kernel log' THEN 1 ELSE 0 END) AS log_count,
    sum(CASE WHEN told_by = 'NVML' THEN 1 ELSE 0 END) AS nvml_count,
    min(name) AS name,
    min(likely_causes) AS causes,
    concat_ws('; NVIDIA bucket ', min(recommended_action), min(immediate_bucket)) AS action,
    CASE
        WHEN max(cause_xid) IS NOT NULL THEN concat_ws('', ' The driver says: caused by XID ', CAST(max(cause_xid) AS VARCHAR), '.')
        WHEN max(follows_xid) IS NOT NULL THEN concat_ws('', ' It follows XID ', CAST(max(follows_xid) AS VARCHAR), ' on the same GPU.')
        ELSE ''
    END AS follows,
    min(edition) AS edition,
    array_sort(array_agg(row_id)) AS evidence
FROM burst
GROUP BY node, boot_id, entity, xid, burst
ORDER BY entity, first_ts NULLS LAST, xid NULLS LAST, node, boot_id
