-- id:       link-flap
-- title:    Network link went down or up
-- severity: error
-- requires: net.carrier_changes_count
-- ticks:    2
-- param:    min_changes_count = 1   changes in a tick
-- param:    merge_s = 60   changes no further apart are one finding
-- figure:   changes_count | Times the link went up or down | 1 | 0
-- source:   Linux /sys/class/net/NAME/carrier_changes
-- explain:  The link changed state ${changes_count} times; twice is down and up again.
WITH step AS (
    SELECT
        node,
        boot_id,
        entity,
        ts,
        mono_ns,
        row_id,
        lag(ts) OVER w AS from_ts,
        lag(row_id) OVER w AS from_row_id,
        mono_ns - lag(mono_ns) OVER w AS elapsed_ns,
        carrier_changes_count - lag(carrier_changes_count) OVER w AS changes_count
    FROM net
    WHERE tick IS NOT NULL
        AND mono_ns IS NOT NULL
        AND carrier_changes_count IS NOT NULL
    WINDOW w AS (PARTITION BY node, boot_id, entity ORDER BY mono_ns NULLS LAST, row_id)
),
hot AS (
    -- A counter that fell was started anew: nothing can be said about that step.
    SELECT
        *,
        lag(mono_ns) OVER w AS previous_hot_ns
    FROM step
    WHERE changes_count >= ${min_changes_count}
    WINDOW w AS (PARTITION BY node, boot_id, entity ORDER BY mono_ns NULLS LAST, row_id)
),
burst AS (
    SELECT
        *,
        sum(CASE WHEN mono_ns - elapsed_ns - previous_hot_ns <= ${merge_s} * 1000000000 THEN 0 ELSE 1 END) OVER w AS burst
    FROM hot
    WINDOW w AS (PARTITION BY node, boot_id, entity ORDER BY mono_ns NULLS LAST, row_id)
)
SELECT
    entity,
    min(from_ts) AS first_ts,
    max(ts) AS last_ts,
    sum(changes_count) AS changes_count,
    array_sort(array_agg(from_row_id)) AS evidence_from,
    array_sort(array_agg(row_id)) AS evidence
FROM burst
GROUP BY node, boot_id, entity, burst
ORDER BY entity, first_ts NULLS LAST, node, boot_id
