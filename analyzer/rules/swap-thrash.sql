-- id:       swap-thrash
-- title:    Pages moved to and from swap all the time
-- severity: warning
-- requires: host.pswpin_pages, host.pswpout_pages
-- ticks:    2
-- param:    min_pages_per_s = 1000   pages swapped in and out per second; below it a tick is calm
-- param:    min_duration_s = 2   shorter stretches are ignored
-- param:    merge_s = 30   stretches no further apart are one
-- figure:   in_pages | Pages swapped in | pages | 0
-- figure:   out_pages | Pages swapped out | pages | 0
-- figure:   duration_s | Duration | s | 3
-- source:   Linux /proc/vmstat pswpin, pswpout
-- explain:  In ${duration_s} s ${in_pages} pages were swapped in and ${out_pages} out.
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
        pswpin_pages - lag(pswpin_pages) OVER w AS in_step_pages,
        pswpout_pages - lag(pswpout_pages) OVER w AS out_step_pages
    FROM host
    WHERE tick IS NOT NULL
        AND mono_ns IS NOT NULL
        AND pswpin_pages IS NOT NULL
        AND pswpout_pages IS NOT NULL
    WINDOW w AS (PARTITION BY node, boot_id, entity ORDER BY mono_ns NULLS LAST, row_id)
),
hot AS (
    -- A counter that fell was started anew: nothing can be said about that step.
    SELECT
        *,
        lag(mono_ns) OVER w AS previous_hot_ns
    FROM step
    WHERE elapsed_ns > 0
        AND in_step_pages >= 0
        AND out_step_pages >= 0
        AND (in_step_pages + out_step_pages) * 1000000000 >= elapsed_ns * ${min_pages_per_s}
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
    sum(in_step_pages) AS in_pages,
    sum(out_step_pages) AS out_pages,
    divide_rounded(sum(elapsed_ns), 1000000) * 0.001 AS duration_s,
    array_sort(array_agg(from_row_id)) AS evidence_from,
    array_sort(array_agg(row_id)) AS evidence
FROM burst
GROUP BY node, boot_id, entity, burst
HAVING sum(elapsed_ns) >= ${min_duration_s} * 1000000000
ORDER BY entity, first_ts NULLS LAST, node, boot_id
