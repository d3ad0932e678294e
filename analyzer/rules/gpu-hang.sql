-- id:       gpu-hang
-- title:    GPU did not answer in time
-- severity: critical
-- requires: gap.metric, gpu.nvml_calls_count
-- param:    timeout_code = 10   NVML_ERROR_TIMEOUT, which the recorder gives to a call beyond its deadline
-- param:    merge_s = 60   hangs no further apart are one
-- param:    severe_s = 30   calls that came back sooner are an error, not critical
-- figure:   gaps_count | Gap rows of calls beyond their deadline | 1 | 0
-- figure:   longest_s | Longest of those that came back | s | 3
-- text:     first_words
-- source:   gap rows of the recorder: calls beyond their deadline
-- explain:  A call to this GPU did not return in time: ${first_words}. Other GPUs answered meanwhile.
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
        bundle.end_ts,
        lag(coalesce(gap.to_ts, gap.from_ts, gap.ts)) OVER w AS previous_ts
    FROM gap
    INNER JOIN bundle ON bundle.bundle = gap.bundle
    WHERE gap.entity LIKE 'gpu:%'
        AND gap.metric = 'gpu'
        AND gap.code = ${timeout_code}
    WINDOW w AS (
        PARTITION BY gap.node, gap.boot_id, gap.entity
        ORDER BY coalesce(gap.from_ts, gap.ts) NULLS LAST, gap.row_id NULLS LAST)
),
burst AS (
    SELECT
        *,
        sum(CASE WHEN epoch_micros(from_ts) - epoch_micros(previous_ts) <= ${merge_s} * 1000000 THEN 0 ELSE 1 END) OVER w AS burst
    FROM late
    WINDOW w AS (PARTITION BY node, boot_id, entity ORDER BY from_ts NULLS LAST, row_id)
)
SELECT
    entity,
    min(from_ts) AS first_ts,
    CASE WHEN sum(CASE WHEN is_open = 1 THEN 0 ELSE 1 END) = 0 THEN max(end_ts) ELSE max(until_ts) END AS last_ts,
    CASE
        WHEN min(is_open) = 1 THEN 'critical'
        WHEN max(epoch_micros(until_ts) - epoch_micros(from_ts)) >= ${severe_s} * 1000000 THEN 'critical'
        ELSE 'error'
    END AS severity,
    count(*) AS gaps_count,
    divide_rounded(max(CASE WHEN is_open = 0 THEN epoch_micros(until_ts) - epoch_micros(from_ts) END), 1000) * 0.001 AS longest_s,
    min(reason) AS first_words,
    array_sort(array_agg(row_id)) AS evidence
FROM burst
GROUP BY node, boot_id, entity, burst
ORDER BY entity, first_ts NULLS LAST, node, boot_id
