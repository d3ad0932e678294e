-- id:       recorder-gap
-- title:    Something could not be recorded
-- severity: info
-- requires: gap.metric
-- param:    min_gaps_count = 1   gap rows of one metric
-- figure:   gaps_count | Gap rows | 1 | 0
-- text:     metric
-- text:     reason
-- source:   gap rows of the recorder; those of GPUs have rules of their own
-- explain:  ${metric} is missing: ${reason} (gap rows: ${gaps_count}).
SELECT
    entity,
    min(coalesce(from_ts, ts)) AS first_ts,
    max(coalesce(to_ts, ts)) AS last_ts,
    metric,
    min(reason) AS reason,
    count(*) AS gaps_count,
    array_sort(array_agg(row_id)) AS evidence
FROM gap
WHERE metric <> 'tick'
    AND NOT (metric IN ('gpu', 'gpu_process', 'nvlink')
        OR metric LIKE 'gpu.%'
        OR metric LIKE 'gpu_process.%'
        OR metric LIKE 'nvlink.%'
        OR metric = 'event' AND entity LIKE 'gpu:%')
GROUP BY entity, metric
HAVING count(*) >= ${min_gaps_count}
ORDER BY entity, metric
