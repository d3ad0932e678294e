-- id:       driver-reload
-- title:    Driver unloaded or GPU reset
-- severity: warning
-- requires: gap.metric, event.event_class
-- param:    driver_code = 9   NVML_ERROR_DRIVER_NOT_LOADED
-- param:    uninitialized_code = 1   NVML_ERROR_UNINITIALIZED
-- figure:   signs_count | Rows that say so | 1 | 0
-- text:     words
-- source:   nvml.h NVML_ERROR_DRIVER_NOT_LOADED; handle by UUID before and after, by esnode's capture process
-- explain:  ${words}. Work on it was interrupted; volatile counters start anew.
WITH watched AS (
    SELECT node, boot_id
    FROM all_rows
    WHERE kind = 'gpu'
    GROUP BY node, boot_id
),
sign AS (
    -- Without a driver no GPU answers: that is one finding of the node.
    SELECT
        gap.node,
        gap.boot_id,
        'node' AS entity,
        coalesce(gap.from_ts, gap.ts) AS from_ts,
        coalesce(gap.to_ts, gap.from_ts, gap.ts) AS until_ts,
        gap.row_id,
        gap.reason AS words
    FROM gap
    INNER JOIN watched ON watched.node = gap.node AND watched.boot_id = gap.boot_id
    WHERE gap.code IN (${driver_code}, ${uninitialized_code})
    UNION ALL
    SELECT
        node,
        boot_id,
        entity,
        ts AS from_ts,
        ts AS until_ts,
        row_id,
        reason AS words
    FROM gpu_event
    WHERE event_class = 'nvml'
        AND is_before_start = 0
        AND (reason LIKE 'handle changed%' OR reason = 'GPU is back in the list')
    UNION ALL
    SELECT
        node,
        boot_id,
        'node' AS entity,
        ts AS from_ts,
        ts AS until_ts,
        row_id,
        'the kernel log says that the driver was loaded' AS words
    FROM gpu_event
    WHERE event_class = 'nvrm'
        AND is_before_start = 0
        AND reason = 'driver loading'
)
SELECT
    entity,
    min(from_ts) AS first_ts,
    max(until_ts) AS last_ts,
    count(*) AS signs_count,
    min(words) AS words,
    array_sort(array_agg(row_id)) AS evidence
FROM sign
GROUP BY node, boot_id, entity
ORDER BY entity, first_ts NULLS LAST, node, boot_id
