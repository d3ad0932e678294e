-- id:       gpu-init-failed
-- title:    GPU could not be initialised
-- severity: error
-- requires: event.event_class
-- figure:   log_count | Lines of the kernel log | 1 | 0
-- source:   kernel log "NVRM: RmInitAdapter failed"
-- explain:  The driver could not initialise the GPU, ${log_count}× in the kernel log. NVML does not list a GPU that failed so.
SELECT
    entity,
    min(ts) AS first_ts,
    max(ts) AS last_ts,
    count(*) AS log_count,
    array_sort(array_agg(row_id)) AS evidence
FROM gpu_event
WHERE event_class = 'nvrm'
    AND reason = 'initialization failed'
    AND is_before_start = 0
GROUP BY node, boot_id, entity
ORDER BY entity, first_ts NULLS LAST, node, boot_id
