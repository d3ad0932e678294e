-- id:       disk-busy
-- title:    Time with a request in flight, busiest disks
-- unit:     %
-- scale:    2
-- requires: disk.io_time_ms
WITH step AS (
    SELECT
        entity,
        ts,
        mono_ns - lag(mono_ns) OVER w AS elapsed_ns,
        io_time_ms - lag(io_time_ms) OVER w AS busy_ms
    FROM disk
    WHERE tick IS NOT NULL
        AND mono_ns IS NOT NULL
    WINDOW w AS (PARTITION BY node, boot_id, entity ORDER BY mono_ns NULLS LAST, row_id)
),
busiest AS (
    SELECT entity
    FROM step
    WHERE elapsed_ns > 0 AND busy_ms >= 0
    GROUP BY entity
    HAVING sum(busy_ms) > 0
    ORDER BY sum(busy_ms) DESC NULLS LAST, entity
    LIMIT 4
)
SELECT entity, 'busy' AS name, ts, divide_rounded(least(busy_ms * 1000000, elapsed_ns) * 10000, elapsed_ns) * 0.01 AS value
FROM step
INNER JOIN busiest USING (entity)
WHERE elapsed_ns > 0 AND busy_ms >= 0
