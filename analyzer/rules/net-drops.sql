-- id:       net-drops
-- title:    Network interface drops packets
-- severity: warning
-- requires: net.rx_dropped_count, net.tx_dropped_count, net.rx_packets, net.tx_packets
-- ticks:    2
-- param:    min_dropped_count = 10   dropped packets in a tick; below it the tick is calm
-- param:    min_dropped_pct = 0.1   share of packets dropped in a tick; protocols nobody listens to are dropped all the time
-- param:    merge_s = 60   stretches no further apart are one
-- figure:   rx_dropped_count | Packets dropped while receiving | 1 | 0
-- figure:   tx_dropped_count | Packets dropped while sending | 1 | 0
-- figure:   dropped_pct | Dropped, share of packets handled and dropped | % | 3
-- source:   Linux /proc/net/dev, drop and packets of both directions
-- explain:  ${rx_dropped_count} packets were dropped while receiving and ${tx_dropped_count} while sending: ${dropped_pct} %.
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
        rx_dropped_count - lag(rx_dropped_count) OVER w AS rx_step,
        tx_dropped_count - lag(tx_dropped_count) OVER w AS tx_step,
        (rx_packets + tx_packets) - lag((rx_packets + tx_packets)) OVER w AS packets
    FROM net
    WHERE tick IS NOT NULL
        AND mono_ns IS NOT NULL
        AND rx_dropped_count IS NOT NULL
        AND tx_dropped_count IS NOT NULL
        AND rx_packets IS NOT NULL
        AND tx_packets IS NOT NULL
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
        AND packets >= 0
        AND rx_step + tx_step >= ${min_dropped_count}
        AND (rx_step + tx_step) * 100 >= (packets + rx_step + tx_step) * ${min_dropped_pct}
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
    sum(rx_step) AS rx_dropped_count,
    sum(tx_step) AS tx_dropped_count,
    divide_rounded(sum(rx_step + tx_step) * 100000, sum(packets + rx_step + tx_step)) * 0.001 AS dropped_pct,
    array_sort(array_agg(from_row_id)) AS evidence_from,
    array_sort(array_agg(row_id)) AS evidence
FROM burst
GROUP BY node, boot_id, entity, burst
ORDER BY entity, first_ts NULLS LAST, node, boot_id
