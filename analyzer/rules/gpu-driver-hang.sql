-- id:       gpu-driver-hang
-- title:    No GPU answered in time: the driver hangs
-- severity: critical
-- requires: gap.metric, gpu.nvml_calls_count
-- param:    timeout_code = 10   NVML_ERROR_TIMEOUT, which the recorder gives to a call beyond its deadline
-- figure:   gaps_count | Gap rows that say so | 1 | 0
-- figure:   longest_s | Longest hang that ended | s | 3
-- text:     words
-- source:   gap rows of the recorder: calls beyond their deadline on every GPU at once, capture process without a sign of life
-- explain:  ${words}.
WITH late AS (
    SELECT
        gap.node,
        gap.boot_id,
        gap.entity,
        coalesce(gap.from_ts, gap.ts) AS from_ts,
        coalesce(gap.to_ts, gap.from_ts, gap.ts) AS until_ts,
        CASE WHEN gap.to_ts IS NULL THEN 1 ELSE 0 END AS is_open,
        gap.row_id,
        gap.reason,
        bundle.end_ts
    FROM gap
    INNER JOIN bundle ON bundle.bundle = gap.bundle
    WHERE gap.entity = 'node'
        AND gap.metric = 'gpu'
        AND gap.code = ${timeout_code}
)
SELECT
    entity,
    min(from_ts) AS first_ts,
    CASE WHEN sum(CASE WHEN is_open = 1 THEN 0 ELSE 1 END) = 0 THEN max(end_ts) ELSE max(until_ts) END AS last_ts,
    count(*) AS gaps_count,
    divide_rounded(max(CASE WHEN is_open = 0 THEN epoch_micros(until_ts) - epoch_micros(from_ts) END), 1000) * 0.001 AS longest_s,
    min(reason) AS words,
    array_sort(array_agg(row_id)) AS evidence
FROM late
GROUP BY node, boot_id, entity
ORDER BY entity, first_ts NULLS LAST, node, boot_id
