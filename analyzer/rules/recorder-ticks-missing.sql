-- id:       recorder-ticks-missing
-- title:    Recorder missed ticks
-- severity: warning
-- requires: host.mem_total_bytes
-- ticks:    2
-- param:    min_missing_count = 1   ticks missing in one stretch
-- figure:   missing_count | Ticks missing | 1 | 0
-- figure:   elapsed_s | Time without data | s | 3
-- text:     reason
-- source:   tick numbers of the recorder, which count on when a tick is missed
-- explain:  ${missing_count} ticks are missing, ${elapsed_s} s without data. ${reason}
WITH step AS (
    SELECT
        bundle,
        node,
        entity,
        tick,
        ts,
        row_id,
        lag(tick) OVER w AS from_tick,
        lag(ts) OVER w AS from_ts,
        lag(row_id) OVER w AS from_row_id,
        mono_ns - lag(mono_ns) OVER w AS elapsed_ns
    FROM host
    WHERE tick IS NOT NULL
        AND mono_ns IS NOT NULL
    WINDOW w AS (PARTITION BY bundle, node, entity ORDER BY tick NULLS LAST, row_id)
),
hole AS (
    SELECT
        bundle,
        node,
        entity,
        from_ts,
        ts,
        from_row_id,
        row_id,
        tick - from_tick - 1 AS missing_count,
        elapsed_ns
    FROM step
    WHERE tick - from_tick - 1 >= ${min_missing_count}
),
told AS (
    -- What the recorder itself says about it: the gap rows that begin in the hole.
    SELECT
        hole.row_id,
        min(gap.reason) AS reason,
        array_sort(array_agg(gap.row_id)) AS gap_row_ids
    FROM hole
    INNER JOIN gap ON gap.bundle = hole.bundle
        AND gap.metric = 'tick'
        AND gap.from_ts >= hole.from_ts
        AND gap.from_ts <= hole.ts
    GROUP BY hole.row_id
)
SELECT
    hole.entity,
    min(hole.from_ts) AS first_ts,
    max(hole.ts) AS last_ts,
    max(hole.missing_count) AS missing_count,
    divide_rounded(max(hole.elapsed_ns), 1000000) * 0.001 AS elapsed_s,
    coalesce(max(told.reason), 'The recorder left no reason.') AS reason,
    array_agg(hole.from_row_id) AS evidence_from,
    array_agg(hole.row_id) AS evidence
FROM hole
LEFT JOIN told ON told.row_id = hole.row_id
GROUP BY hole.entity, hole.row_id
ORDER BY entity, first_ts NULLS LAST, hole.row_id
