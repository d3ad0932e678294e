-- id:       net-errors
-- title:    Network interface counts errors
-- severity: warning
-- requires: net.rx_errors_count, net.tx_errors_count
-- ticks:    2
-- param:    min_errors_count = 1   errors in a tick; below it the tick is calm
-- param:    merge_s = 60   stretches no further apart are one
-- figure:   rx_errors_count | Errors while receiving | 1 | 0
-- figure:   tx_errors_count | Errors while sending | 1 | 0
-- source:   Linux /proc/net/dev, errs of both directions
-- explain:  ${rx_errors_count} errors while receiving and ${tx_errors_count} while sending.
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
        rx_errors_count - lag(rx_errors_count) OVER w AS rx_step,
        tx_errors_count - lag(tx_errors_count) OVER w AS tx_step
    FROM net
    WHERE tick IS NOT NULL
        AND mono_ns IS NOT NULL
        AND rx_errors_count IS NOT NULL
        AND tx_errors_count IS NOT NULL
    WINDOW w AS (PARTITION BY node, boot_id, entity ORDER BY mono_ns NULLS LAST, row_id)
),
hot AS (
    -- A counter that fell was started anew: nothing can be said about that step.
    SELECT
        *,
        lag(mono_ns) OVER w AS previous_hot_ns
    FROM step
    WHERE elapsed_ns > 0
        AND rx_step >= 0
        AND tx_step >= 0
        AND rx_step + tx_step >= ${min_errors_count}
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
    sum(rx_step) AS rx_errors_count,
    sum(tx_step) AS tx_errors_count,
    array_sort(array_agg(from_row_id)) AS evidence_from,
    array_sort(array_agg(row_id)) AS evidence
FROM burst
GROUP BY node, boot_id, entity, burst
ORDER BY entity, first_ts NULLS LAST, node, boot_id
