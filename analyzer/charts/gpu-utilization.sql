-- id:       gpu-utilization
-- title:    GPU utilisation
-- unit:     %
-- scale:    0
-- requires: gpu.utilization_gpu_pct
WITH shown AS (
    SELECT entity
    FROM gpu
    WHERE tick IS NOT NULL AND utilization_gpu_pct IS NOT NULL AND entity NOT LIKE '%/%'
    GROUP BY entity
    ORDER BY entity
    LIMIT 16
)
SELECT entity, 'utilisation' AS name, ts, utilization_gpu_pct AS value
FROM gpu
INNER JOIN shown USING (entity)
WHERE tick IS NOT NULL AND utilization_gpu_pct IS NOT NULL
