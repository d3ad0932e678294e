-- id:       psi-io-stall
-- title:    Tasks stalled on I/O
-- severity: warning
-- requires: psi.io_some_total_us, psi.io_full_total_us
-- ticks:    2
-- param:    min_share_pct = 30   share of a tick in which at least one task waited; below it the tick is calm
-- param:    min_duration_s = 3   shorter stretches are ignored
-- param:    merge_s = 30   stretches no further apart are one
-- figure:   share_pct | Time in which at least one task waited for I/O | % | 2
-- figure:   full_pct | Time in which all running tasks waited for I/O | % | 2
-- figure:   duration_s | Duration of the stall | s | 3
-- source:   Linux Documentation/accounting/psi.rst, totals of /proc/pressure/io
-- explain:  For ${duration_s} s at least one task waited for I/O ${share_pct} % of the time,
--           all running tasks at once ${full_pct} %.
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
        io_some_total_us - lag(io_some_total_us) OVER w AS some_us,
        io_full_total_us - lag(io_full_total_us) OVER w AS full_us
    FROM psi
    WHERE tick IS NOT NULL
        AND mono_ns IS NOT NULL
        AND io_some_total_us IS NOT NULL
        AND io_full_total_us IS NOT NULL
    WINDOW w AS (PARTITION BY node, boot_id, entity ORDER BY mono_ns NULLS LAST, row_id)
),
hot AS (
    -- A counter that fell was started anew: nothing can be said about that step.
    SELECT
        *,
        lag(mono_ns) OVER w AS previous_hot_ns
    FROM step
    WHERE elapsed_ns > 0
        AND some_us >= 0
        AND full_us >= 0
        AND some_us * 100000 >= elapsed_ns * ${min_share_pct}
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
    divide_rounded(least(sum(some_us) * 1000, sum(elapsed_ns)) * 10000, sum(elapsed_ns)) * 0.01 AS share_pct,
    divide_rounded(least(sum(full_us) * 1000, sum(elapsed_ns)) * 10000, sum(elapsed_ns)) * 0.01 AS full_pct,
    divide_rounded(sum(elapsed_ns), 1000000) * 0.001 AS duration_s,
    array_sort(array_agg(from_row_id)) AS evidence_from,
    array_sort(array_agg(row_id)) AS evidence
FROM burst
GROUP BY node, boot_id, entity, burst
HAVING sum(elapsed_ns) >= ${min_duration_s} * 1000000000
ORDER BY entity, first_ts NULLS LAST, node, boot_id
