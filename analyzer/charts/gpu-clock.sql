-- id:       gpu-clock
-- title:    GPU clock (SM)
-- unit:     MHz
-- scale:    0
-- requires: gpu.clock_sm_mhz
WITH shown AS (
    SELECT entity
    FROM gpu
    WHERE tick IS NOT NULL AND clock_sm_mhz IS NOT NULL AND entity NOT LIKE '%/%'
    GROUP BY entity
    ORDER BY entity
    LIMIT 16
)
SELECT entity, 'SM clock' AS name, ts, clock_sm_mhz AS value
FROM gpu
INNER JOIN shown USING (entity)
WHERE tick IS NOT NULL AND clock_sm_mhz IS NOT NULL
