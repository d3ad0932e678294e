-- id:       recorder-not-stopped
-- title:    Recorder ended without stopping
-- severity: warning
-- requires: audit.action
-- figure:   audit_rows_count | Audit rows of the recording | 1 | 0
-- source:   audit rows of the recorder: recorder.stopped is the last thing it writes
-- explain:  The recorder started and never said that it stopped: it, or the machine, was ended from outside.
SELECT
    'node' AS entity,
    min(ts) AS first_ts,
    max(ts) AS last_ts,
    count(*) AS audit_rows_count,
    array_sort(array_agg(row_id)) AS evidence
FROM audit
GROUP BY bundle
HAVING count(*) FILTER (WHERE action = 'recorder.started') > 0
    AND count(*) FILTER (WHERE action = 'recorder.stopped') = 0
ORDER BY entity, first_ts NULLS LAST, bundle
