-- id:       psi
-- title:    Pressure: share of time in which at least one task waited
-- unit:     %
-- scale:    2
-- requires: psi.cpu_some_total_us, psi.memory_some_total_us, psi.io_some_total_us
WITH step AS (
    SELECT
        entity,
        ts,
        mono_ns - lag(mono_ns) OVER w AS elapsed_ns,
        cpu_some_total_us - lag(cpu_some_total_us) OVER w AS cpu_us,
        memory_some_total_us - lag(memory_some_total_us) OVER w AS memory_us,
        io_some_total_us - lag(io_some_total_us) OVER w AS io_us
    FROM psi
    WHERE tick IS NOT NULL
        AND mono_ns IS NOT NULL
    WINDOW w AS (PARTITION BY node, boot_id, entity ORDER BY mono_ns NULLS LAST, row_id)
)
SELECT entity, 'cpu' AS name, ts, divide_rounded(least(cpu_us * 1000, elapsed_ns) * 10000, elapsed_ns) * 0.01 AS value
FROM step
WHERE elapsed_ns > 0 AND cpu_us >= 0
UNION ALL
SELECT entity, 'memory' AS name, ts, divide_rounded(least(memory_us * 1000, elapsed_ns) * 10000, elapsed_ns) * 0.01 AS value
FROM step
WHERE elapsed_ns > 0 AND memory_us >= 0
UNION ALL
SELECT entity, 'io' AS name, ts, divide_rounded(least(io_us * 1000, elapsed_ns) * 10000, elapsed_ns) * 0.01 AS value
FROM step
WHERE elapsed_ns > 0 AND io_us >= 0
