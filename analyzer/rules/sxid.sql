-- id:       sxid
-- title:    NVSwitch error (SXid)
-- severity: critical
-- rulebook: nvidia
-- requires: event.code
-- param:    merge_s = 180   the same SXid no further apart is one finding
-- figure:   sxid | SXid | 1 | 0
-- figure:   log_count | Times in the kernel log | 1 | 0
-- text:     name
-- text:     class
-- text:     edition
-- source:   NVIDIA Fabric Manager user guide DU-09883-001 v1.3, appendix D, table sxid_catalog
-- explain:  SXid ${sxid} (${name}), class ${class}, ${log_count}× in the kernel log (sxid_catalog, ${edition}).
WITH told AS (
    SELECT
        event.node,
        event.boot_id,
        event.entity,
        event.ts,
        event.mono_ns,
        event.row_id,
        event.code AS sxid,
        coalesce(known.name, 'not in the catalogue') AS name,
        coalesce(known.class, 'not known') AS class,
        coalesce(known.source, 'v1.3') AS edition,
        lag(event.mono_ns) OVER w AS previous_ns
    FROM gpu_event AS event
    LEFT JOIN sxid_catalog AS known ON known.sxid = event.code
    WHERE event.event_class = 'sxid'
        AND event.is_before_start = 0
    WINDOW w AS (
        PARTITION BY event.node, event.boot_id, event.entity, event.code
        ORDER BY event.mono_ns NULLS LAST, event.row_id NULLS LAST)
),
burst AS (
    SELECT
        *,
        sum(CASE WHEN mono_ns - previous_ns <= ${merge_s} * 1000000000 THEN 0 ELSE 1 END) OVER w AS burst
    FROM told
    WINDOW w AS (PARTITION BY node, boot_id, entity, sxid ORDER BY mono_ns NULLS LAST, row_id)
)
SELECT
    entity,
    min(ts) AS first_ts,
    max(ts) AS last_ts,
    CASE
        WHEN min(class) = 'always-fatal' THEN 'critical'
        WHEN min(class) = 'fatal-for-link' THEN 'error'
        WHEN min(class) = 'non-fatal/notable' THEN 'info'
        ELSE 'warning'
    END AS severity,
    sxid,
    count(*) AS log_count,
    min(name) AS name,
    min(class) AS class,
    min(edition) AS edition,
    array_sort(array_agg(row_id)) AS evidence
FROM burst
GROUP BY node, boot_id, entity, sxid, burst
ORDER BY entity, first_ts NULLS LAST, sxid NULLS LAST, node, boot_id
