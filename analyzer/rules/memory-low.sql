-- id:       memory-low
-- title:    Memory nearly used up
-- severity: warning
-- requires: host.mem_available_bytes, host.mem_total_bytes, host.pgscan_direct_pages
-- ticks:    2
-- param:    max_available_pct = 5   share of memory available without swapping; above it a tick is calm
-- param:    min_duration_s = 2   shorter stretches are ignored
-- param:    merge_s = 30   stretches no further apart are one
-- figure:   lowest_available_bytes | Least memory available | B | 0
-- figure:   lowest_available_pct | Least memory available, share of all | % | 2
-- figure:   reclaim_pages | Pages that tasks had to reclaim themselves meanwhile | pages | 0
-- figure:   duration_s | Duration | s | 3
-- source:   Linux Documentation/filesystems/proc.rst, MemAvailable; /proc/vmstat pgscan_direct
-- explain:  For ${duration_s} s at most ${max_available_pct} % of memory was available, at worst ${lowest_available_bytes} B
--           (${lowest_available_pct} %); tasks scanned ${reclaim_pages} pages in direct reclaim meanwhile.
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
        mem_available_bytes,
        lag(mem_available_bytes) OVER w AS from_available_bytes,
        mem_total_bytes,
        pgscan_direct_pages - lag(pgscan_direct_pages) OVER w AS scanned_pages
    FROM host
    WHERE tick IS NOT NULL
        AND mono_ns IS NOT NULL
        AND mem_available_bytes IS NOT NULL
        AND mem_total_bytes IS NOT NULL
        AND pgscan_direct_pages IS NOT NULL
    WINDOW w AS (PARTITION BY node, boot_id, entity ORDER BY mono_ns NULLS LAST, row_id)
),
hot AS (
    -- Low at both ends of the step: what was between two readings far apart nobody knows.
    SELECT
        *,
        lag(mono_ns) OVER w AS previous_hot_ns
    FROM step
    WHERE elapsed_ns > 0
        AND mem_available_bytes * 100 <= mem_total_bytes * ${max_available_pct}
        AND from_available_bytes * 100 <= mem_total_bytes * ${max_available_pct}
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
    least(min(mem_available_bytes), min(from_available_bytes)) AS lowest_available_bytes,
    divide_rounded(least(min(mem_available_bytes), min(from_available_bytes)) * 10000, max(mem_total_bytes)) * 0.01 AS lowest_available_pct,
    sum(CASE WHEN scanned_pages > 0 THEN scanned_pages ELSE 0 END) AS reclaim_pages,
    divide_rounded(sum(elapsed_ns), 1000000) * 0.001 AS duration_s,
    array_sort(array_agg(from_row_id)) AS evidence_from,
    array_sort(array_agg(row_id)) AS evidence
FROM burst
GROUP BY node, boot_id, entity, burst
HAVING sum(elapsed_ns) >= ${min_duration_s} * 1000000000
ORDER BY entity, first_ts NULLS LAST, node, boot_id
