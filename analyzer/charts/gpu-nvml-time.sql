-- id:       gpu-nvml-time
-- title:    Time inside NVML calls between two rows
-- unit:     ms
-- scale:    1
-- requires: gpu.nvml_time_us
WITH shown AS (
    SELECT entity
    FROM gpu
    WHERE tick IS NOT NULL AND nvml_time_us IS NOT NULL AND entity NOT LIKE '%/%'
    GROUP BY entity
    ORDER BY entity
    LIMIT 16
)
SELECT entity, 'NVML' AS name, ts, divide_rounded(nvml_time_us, 100) * 0.1 AS value
FROM gpu
INNER JOIN shown USING (entity)
WHERE tick IS NOT NULL AND nvml_time_us IS NOT NULL
