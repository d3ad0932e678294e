-- id:       nvlink-errors
-- title:    NVLink errors grew
-- severity: warning
-- rulebook: esnode
-- requires: nvlink.state
-- ticks:    2
-- param:    min_count = 1   errors between two readings
-- param:    merge_s = 60   growth no further apart is one finding
-- figure:   malformed_count | Malformed packets | 1 | 0
-- figure:   overruns_count | Packets lost to a full receive buffer | 1 | 0
-- figure:   integrity_count | Local link integrity errors | 1 | 0
-- figure:   discards_count | Packets not sent | 1 | 0
-- figure:   effective_count | Errors left after FEC | 1 | 0
-- figure:   symbol_count | Symbol errors | 1 | 0
-- figure:   recoveries_count | Data-link recoveries | 1 | 0
-- source:   table nvlink_error_types; nvml.h NVML_FI_DEV_NVLINK_COUNT_*, NVML_FI_DEV_NVLINK_ERROR_DL_RECOVERY
-- explain:  The link counted ${malformed_count} malformed packets, ${overruns_count} overruns, ${integrity_count} integrity errors, ${discards_count} discards, ${effective_count} errors after FEC, ${symbol_count} symbol errors and ${recoveries_count} recoveries, which should all stand still.
WITH moved AS (
    -- Counters that stood still are not worth sorting.
    SELECT node, boot_id, entity
    FROM nvlink
    WHERE tick IS NOT NULL
    GROUP BY node, boot_id, entity
    HAVING max(malformed_packets_count) > min(malformed_packets_count)
        OR max(buffer_overruns_count) > min(buffer_overruns_count)
        OR max(local_link_integrity_errors_count) > min(local_link_integrity_errors_count)
        OR max(xmit_discards_count) > min(xmit_discards_count)
        OR max(effective_errors_count) > min(effective_errors_count)
        OR max(symbol_errors_count) > min(symbol_errors_count)
        OR max(dl_recovery_count) > min(dl_recovery_count)
),
step AS (
    SELECT
        nvlink.node,
        nvlink.boot_id,
        nvlink.entity,
        nvlink.ts,
        nvlink.mono_ns,
        nvlink.row_id,
        lag(nvlink.ts) OVER w AS from_ts,
        lag(nvlink.row_id) OVER w AS from_row_id,
        nvlink.mono_ns - lag(nvlink.mono_ns) OVER w AS elapsed_ns,
        malformed_packets_count - lag(malformed_packets_count) OVER w AS malformed_count,
        buffer_overruns_count - lag(buffer_overruns_count) OVER w AS overruns_count,
        local_link_integrity_errors_count - lag(local_link_integrity_errors_count) OVER w AS integrity_count,
        xmit_discards_count - lag(xmit_discards_count) OVER w AS discards_count,
        effective_errors_count - lag(effective_errors_count) OVER w AS effective_count,
        symbol_errors_count - lag(symbol_errors_count) OVER w AS symbol_count,
        dl_recovery_count - lag(dl_recovery_count) OVER w AS recoveries_count
    FROM nvlink
    INNER JOIN moved USING (node, boot_id, entity)
    WHERE nvlink.mono_ns IS NOT NULL
        AND nvlink.tick IS NOT NULL
        AND (malformed_packets_count IS NOT NULL OR buffer_overruns_count IS NOT NULL OR local_link_integrity_errors_count IS NOT NULL OR xmit_discards_count IS NOT NULL OR effective_errors_count IS NOT NULL OR symbol_errors_count IS NOT NULL OR dl_recovery_count IS NOT NULL)
    WINDOW w AS (
        PARTITION BY nvlink.node, nvlink.boot_id, nvlink.entity
        ORDER BY nvlink.mono_ns NULLS LAST, nvlink.row_id NULLS LAST)
),
hot AS (
    -- A counter that fell was started anew: nothing can be said about that step.
    SELECT
        *,
        lag(mono_ns) OVER w AS previous_hot_ns
    FROM step
    WHERE malformed_count >= ${min_count} OR overruns_count >= ${min_count} OR integrity_count >= ${min_count} OR discards_count >= ${min_count} OR effective_count >= ${min_count} OR symbol_count >= ${min_count} OR recoveries_count >= ${min_count}
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
    sum(CASE WHEN malformed_count > 0 THEN malformed_count ELSE 0 END) AS malformed_count,
    sum(CASE WHEN overruns_count > 0 THEN overruns_count ELSE 0 END) AS overruns_count,
    sum(CASE WHEN integrity_count > 0 THEN integrity_count ELSE 0 END) AS integrity_count,
    sum(CASE WHEN discards_count > 0 THEN discards_count ELSE 0 END) AS discards_count,
    sum(CASE WHEN effective_count > 0 THEN effective_count ELSE 0 END) AS effective_count,
    sum(CASE WHEN symbol_count > 0 THEN symbol_count ELSE 0 END) AS symbol_count,
    sum(CASE WHEN recoveries_count > 0 THEN recoveries_count ELSE 0 END) AS recoveries_count,
    array_sort(array_agg(from_row_id)) AS evidence_from,
    array_sort(array_agg(row_id)) AS evidence
FROM burst
GROUP BY node, boot_id, entity, burst
ORDER BY entity, first_ts NULLS LAST, node, boot_id
