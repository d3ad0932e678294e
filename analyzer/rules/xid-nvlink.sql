-- id:       xid-nvlink
-- title:    NVLink failed, told by an XID
-- severity: critical
-- rulebook: nvidia
-- requires: event.code
-- param:    merge_s = 180   the same XID no further apart is one finding
-- figure:   xid | XID | 1 | 0
-- figure:   log_count | Times in the kernel log | 1 | 0
-- figure:   nvml_count | Times told by NVML | 1 | 0
-- text:     name
-- text:     decoded
-- text:     causes
-- text:     action
-- text:     conflict
-- text:     edition
-- source:   NVIDIA XID catalogue, table xid_catalog; kernel log "NVRM: Xid", nvml.h nvmlEventTypeXidCriticalError; table xid_nvlink5_decode
-- explain:  XID ${xid} (${name})${decoded}, ${log_count}× in the kernel log, ${nvml_count}× by NVML. ${causes}. Catalogue's
--           action: ${action} (xid_catalog, ${edition}).${conflict}
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
        known.name,
        CASE
            WHEN decode.severity = 'Fatal' THEN 3
            WHEN decode.severity = 'Link Fatal' THEN 2
            WHEN decode.severity = 'Non-fatal' THEN 1
        END AS decoded_rank,
        CASE
            WHEN known.severity = 'fatal' THEN 3
            WHEN known.severity = 'warn' THEN 1
            WHEN known.severity = 'info' THEN 0
            ELSE 2
        END AS known_rank,
        concat_ws(' ', xid.unit, decode.severity, concat_ws(' ', 'link', CAST(xid.link AS VARCHAR))) AS place,
        concat_ws(', NVIDIA resolution ', concat_ws(' ', 'decoded as', decode.decode_id), decode.resolution) AS decoding,
        decode.decode_id,
        known.likely_causes,
        known.recommended_action,
        known.immediate_bucket,
        known.conflict_note,
        known.source AS edition,
        lag(xid.mono_ns) OVER w AS previous_ns
    FROM xid
    INNER JOIN xid_catalog AS known ON known.xid = xid.xid
    LEFT JOIN xid_nvlink5_decode AS decode
        ON decode.xid = xid.xid
        AND decode.error_status = xid.error_status
        AND (xid.unit = decode.unit OR xid.unit = split_part(decode.unit, '/', 1) OR xid.unit = split_part(decode.unit, '/', 2))
        AND ((xid.intrinfo & decode.intrinfo_mask_v1) = decode.intrinfo_value_v1
            OR (xid.intrinfo & decode.intrinfo_mask_v2) = decode.intrinfo_value_v2)
    WHERE xid.is_before_start = 0
        AND known.category IN ('nvlink', 'nvlink5', 'nvlink-c2c')
    WINDOW w AS (PARTITION BY xid.node, xid.boot_id, xid.entity, xid.xid ORDER BY xid.mono_ns NULLS LAST, xid.row_id NULLS LAST)
),
burst AS (
    SELECT
        *,
        sum(CASE WHEN mono_ns - previous_ns <= ${merge_s} * 1000000000 THEN 0 ELSE 1 END) OVER w AS burst
    FROM told
    WINDOW w AS (PARTITION BY node, boot_id, entity, xid ORDER BY mono_ns NULLS LAST, row_id)
)
SELECT
    entity,
    min(ts) AS first_ts,
    max(ts) AS last_ts,
    CASE
        WHEN coalesce(max(decoded_rank), max(known_rank)) = 3 THEN 'critical'
        WHEN coalesce(max(decoded_rank), max(known_rank)) = 2 THEN 'error'
        WHEN coalesce(max(decoded_rank), max(known_rank)) = 1 THEN 'warning'
        ELSE 'info'
    END AS severity,
    xid,
    count(DISTINCT CASE WHEN told_by = 'kernel log' THEN row_id END) AS log_count,
    count(DISTINCT CASE WHEN told_by = 'NVML' THEN row_id END) AS nvml_count,
    min(name) AS name,
    CASE
        WHEN max(decode_id) IS NULL THEN ''
        ELSE concat_ws('', ' of ', min(CASE WHEN decode_id IS NOT NULL THEN place END), ', ', min(CASE WHEN decode_id IS NOT NULL THEN decoding END))
    END AS decoded,
    min(likely_causes) AS causes,
    concat_ws('; NVIDIA bucket ', min(recommended_action), min(immediate_bucket)) AS action,
    CASE WHEN min(conflict_note) IS NULL THEN '' ELSE concat_ws('', ' Judged otherwise by others: ', min(conflict_note), '.') END AS conflict,
    min(edition) AS edition,
    array_sort(array_agg(row_id)) AS evidence
FROM burst
GROUP BY node, boot_id, entity, xid, burst
ORDER BY entity, first_ts NULLS LAST, xid NULLS LAST, node, boot_id
