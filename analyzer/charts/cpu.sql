-- id:       cpu
-- title:    CPU time by state, all CPUs
-- unit:     %
-- scale:    2
-- requires: cpu.user_ms, cpu.nice_ms, cpu.system_ms, cpu.idle_ms, cpu.iowait_ms, cpu.irq_ms, cpu.softirq_ms, cpu.steal_ms
WITH total AS (
    SELECT
        node,
        boot_id,
        mono_ns,
        min(ts) AS ts,
        count(*) AS cpus,
        sum(user_ms + nice_ms) AS user_ms,
        sum(system_ms) AS system_ms,
        sum(idle_ms) AS idle_ms,
        sum(iowait_ms) AS iowait_ms,
        sum(irq_ms + softirq_ms) AS irq_ms,
        sum(steal_ms) AS steal_ms
    FROM cpu
    WHERE tick IS NOT NULL
        AND mono_ns IS NOT NULL
    GROUP BY node, boot_id, mono_ns
),
step AS (
    SELECT
        ts,
        cpus - lag(cpus) OVER w AS cpus_more,
        user_ms - lag(user_ms) OVER w AS user_ms,
        system_ms - lag(system_ms) OVER w AS system_ms,
        idle_ms - lag(idle_ms) OVER w AS idle_ms,
        iowait_ms - lag(iowait_ms) OVER w AS iowait_ms,
        irq_ms - lag(irq_ms) OVER w AS irq_ms,
        steal_ms - lag(steal_ms) OVER w AS steal_ms
    FROM total
    WINDOW w AS (PARTITION BY node, boot_id ORDER BY mono_ns NULLS LAST)
),
spent AS (
    -- A CPU that came or went moves the sums; idle and iowait may fall by a little, as the kernel documents.
    SELECT
        ts,
        user_ms,
        system_ms,
        greatest(iowait_ms, 0) AS iowait_ms,
        irq_ms,
        steal_ms,
        user_ms + system_ms + greatest(idle_ms, 0) + greatest(iowait_ms, 0) + irq_ms + steal_ms AS all_ms
    FROM step
    WHERE cpus_more = 0 AND user_ms >= 0 AND system_ms >= 0 AND irq_ms >= 0 AND steal_ms >= 0
)
SELECT 'node' AS entity, 'user' AS name, ts, divide_rounded(user_ms * 10000, all_ms) * 0.01 AS value
FROM spent
WHERE all_ms > 0
UNION ALL
SELECT 'node' AS entity, 'system' AS name, ts, divide_rounded(system_ms * 10000, all_ms) * 0.01 AS value
FROM spent
WHERE all_ms > 0
UNION ALL
SELECT 'node' AS entity, 'iowait' AS name, ts, divide_rounded(iowait_ms * 10000, all_ms) * 0.01 AS value
FROM spent
WHERE all_ms > 0
UNION ALL
SELECT 'node' AS entity, 'irq' AS name, ts, divide_rounded(irq_ms * 10000, all_ms) * 0.01 AS value
FROM spent
WHERE all_ms > 0
UNION ALL
SELECT 'node' AS entity, 'steal' AS name, ts, divide_rounded(steal_ms * 10000, all_ms) * 0.01 AS value
FROM spent
WHERE all_ms > 0
