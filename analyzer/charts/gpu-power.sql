-- id:       gpu-power
-- title:    GPU power
-- unit:     W
-- scale:    1
-- requires: gpu.power_limit_mw
WITH shown AS (
    SELECT entity
    FROM gpu
    WHERE tick IS NOT NULL AND coalesce(power_instant_mw, power_usage_mw) IS NOT NULL AND entity NOT LIKE '%/%'
    GROUP BY entity
    ORDER BY entity
    LIMIT 16
)
SELECT entity, 'power' AS name, ts, divide_rounded(coalesce(power_instant_mw, power_usage_mw), 100) * 0.1 AS value
FROM gpu
INNER JOIN shown USING (entity)
WHERE tick IS NOT NULL AND coalesce(power_instant_mw, power_usage_mw) IS NOT NULL
