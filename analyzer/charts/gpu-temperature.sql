-- id:       gpu-temperature
-- title:    GPU temperature
-- unit:     Cel
-- scale:    0
-- requires: gpu.temperature_c
WITH shown AS (
    SELECT entity
    FROM gpu
    WHERE tick IS NOT NULL AND temperature_c IS NOT NULL AND entity NOT LIKE '%/%'
    GROUP BY entity
    ORDER BY entity
    LIMIT 16
)
SELECT entity, 'temperature' AS name, ts, temperature_c AS value
FROM gpu
INNER JOIN shown USING (entity)
WHERE tick IS NOT NULL AND temperature_c IS NOT NULL
