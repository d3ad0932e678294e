-- id:       xid-before-start
-- title:    XID in the kernel log from before the recording
-- severity: info
-- rulebook: nvidia
-- requires: event.code
-- figure:   xid | XID | 1 | 0
-- figure:   log_count | Times in the kernel log | 1 | 0
-- text:     name
-- source:   /dev/kmsg from its oldest record on; table xid_catalog
-- explain:  XID ${xid} (${name}) stood ${log_count}× in the kernel log before the recording began.
SELECT
    xid.entity,
    min(xid.ts) AS first_ts,
    max(xid.ts) AS last_ts,
    xid.xid,
    count(*) AS log_count,
    coalesce(min(known.name), 'not in the catalogue') AS name,
    array_sort(array_agg(xid.row_id)) AS evidence
FROM xid
LEFT JOIN xid_catalog AS known ON known.xid = xid.xid
WHERE xid.is_before_start = 1
GROUP BY xid.node, xid.boot_id, xid.entity, xid.xid
ORDER BY entity, first_ts NULLS LAST, xid NULLS LAST
