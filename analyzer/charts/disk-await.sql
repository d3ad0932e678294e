-- id:       disk-await
-- title:    Mean time of a disk request, busiest disks
-- unit:     ms
-- scale:    1
-- requires: disk.reads_count, disk.writes_count, disk.read_time_ms, disk.write_time_ms
WITH step AS (
    SELECT
        entity,
        ts,
        mono_ns - lag(mono_ns) OVER w AS elapsed_ns,
        (reads_count + writes_count) - lag((reads_count + writes_count)) OVER w AS requests_count,
        (read_time_ms + write_time_ms) - lag((read_time_ms + write_time_ms)) OVER w AS busy_ms
    FROM disk
    WHERE tick IS NOT NULL
        AND mono_ns IS NOT NULL
    WINDOW w AS (PARTITION BY node, boot_id, entity ORDER BY mono_ns NULLS LAST, row_id)
),
busiest AS (
    SELECT entity
    FROM step
    WHERE elapsed_ns > 0 AND requests_count >= 0 AND busy_ms >= 0
    GROUP BY entity
    HAVING sum(requests_count) > 0
    ORDER BY sum(requests_count) DESC NULLS LAST, entity
    LIMIT 4
)
SELECT entity, 'await' AS name, ts, divide_rounded(busy_ms * 10, requests_count) * 0.1 AS value
FROM step
INNER JOIN busiest USING (entity)
WHERE elapsed_ns > 0 AND requests_count >= 0 AND busy_ms >= 0 AND requests_count > 0
