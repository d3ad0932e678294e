-- id:       cpu-steal
-- title:    CPU time taken by the hypervisor
-- severity: warning
-- requires: cpu.steal_ms, cpu.user_ms, cpu.system_ms, cpu.idle_ms
-- ticks:    2
-- param:    min_steal_pct = 5   share of CPU time stolen in a tick; below it the tick is calm
-- param:    min_duration_s = 3   shorter stretches are ignored
-- param:    merge_s = 30   stretches no further apart are one
-- figure:   steal_pct | CPU time taken by the hypervisor | % | 2
-- figure:   duration_s | Duration | s | 3
-- source:   Linux Documentation/filesystems/proc.rst, /proc/stat steal
-- explain:  For ${duration_s} s the hypervisor gave ${steal_pct} % of the CPU time to others.
WITH total AS (
    -- All CPUs of one tick as one: a day of ticks instead of a day of ticks and CPUs.
    SELECT
        node,
        boot_id,
        'node' AS entity,
        mono_ns,
        min(ts) AS ts,
        min(row_id) AS row_id,
        count(*) AS cpus,
        sum(steal_ms) AS steal_ms,
        sum(user_ms + system_ms + idle_ms + steal_ms) AS all_ms
    FROM cpu
    WHERE tick IS NOT NULL
        AND mono_ns IS NOT NULL
        AND steal_ms IS NOT NULL
        AND user_ms IS NOT NULL
        AND system_ms IS NOT NULL
        AND idle_ms IS NOT NULL
    GROUP BY node, boot_id, mono_ns
),
step AS (
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
        cpus - lag(cpus) OVER w AS cpus_more,
        steal_ms - lag(steal_ms) OVER w AS steal_step_ms,
        all_ms - lag(all_ms) OVER w AS all_step_ms
    FROM total
    WHERE mono_ns IS NOT NULL
    WINDOW w AS (PARTITION BY node, boot_id, entity ORDER BY mono_ns NULLS LAST, row_id)
),
hot AS (
    -- A CPU that came or went moves the sums, and a counter that fell was started anew: such steps say nothing.
    SELECT
        *,
        lag(mono_ns) OVER w AS previous_hot_ns
    FROM step
    WHERE elapsed_ns > 0
        AND cpus_more = 0
        AND steal_step_ms >= 0
        AND all_step_ms > 0
        AND steal_step_ms * 100 >= all_step_ms * ${min_steal_pct}
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
    divide_rounded(sum(steal_step_ms) * 10000, sum(all_step_ms)) * 0.01 AS steal_pct,
    divide_rounded(sum(elapsed_ns), 1000000) * 0.001 AS duration_s,
    array_sort(array_agg(from_row_id)) AS evidence_from,
    array_sort(array_agg(row_id)) AS evidence
FROM burst
GROUP BY node, boot_id, entity, burst
HAVING sum(elapsed_ns) >= ${min_duration_s} * 1000000000
ORDER BY entity, first_ts NULLS LAST, node, boot_id
