-- id:       recorder-not-stopped
-- title:    Recorder ended without stopping
-- severity: warning
-- requires: audit.action
-- figure:   audit_rows_count | Audit rows of the recording | 1 | 0
-- source:   audit rows of the recorder: recorder.stopped is the last thing it writes; bundle.recovered: the spool was sealed by another process
-- explain:  Another process sealed what the recorder left, and the recorder never said that it stopped: it, or the machine, was ended from outside.
SELECT
    'node' AS entity,
    min(audit.ts) AS first_ts,
    max(audit.ts) AS last_ts,
    count(*) AS audit_rows_count,
    array_sort(array_agg(audit.row_id)) AS evidence
FROM audit
JOIN bundle ON bundle.bundle = audit.bundle
WHERE bundle.recovered
GROUP BY audit.bundle
HAVING count(*) FILTER (WHERE action = 'recorder.stopped') = 0
ORDER BY entity, first_ts NULLS LAST, audit.bundle NULLS LAST
