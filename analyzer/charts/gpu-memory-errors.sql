-- id:       gpu-memory-errors
-- title:    GPU memory errors and remapped rows, where they moved
-- unit:     1
-- scale:    0
-- requires: gpu.ecc_uncorrected_volatile_count
WITH moved AS (
    SELECT
        entity,
        max(ecc_corrected_volatile_count) - min(ecc_corrected_volatile_count) AS corrected,
        max(ecc_uncorrected_volatile_count) - min(ecc_uncorrected_volatile_count) AS uncorrected,
        max(remapped_rows_uncorrected_count) - min(remapped_rows_uncorrected_count) AS remapped
    FROM gpu
    WHERE tick IS NOT NULL AND entity NOT LIKE '%/%'
    GROUP BY entity
    HAVING max(ecc_corrected_volatile_count) > min(ecc_corrected_volatile_count)
        OR max(ecc_uncorrected_volatile_count) > min(ecc_uncorrected_volatile_count)
        OR max(remapped_rows_uncorrected_count) > min(remapped_rows_uncorrected_count)
    ORDER BY entity
    LIMIT 5
)
SELECT entity, 'corrected' AS name, ts, ecc_corrected_volatile_count AS value
FROM gpu
INNER JOIN moved USING (entity)
WHERE tick IS NOT NULL AND corrected > 0
UNION ALL
SELECT entity, 'not corrected' AS name, ts, ecc_uncorrected_volatile_count AS value
FROM gpu
INNER JOIN moved USING (entity)
WHERE tick IS NOT NULL AND uncorrected > 0
UNION ALL
SELECT entity, 'rows remapped' AS name, ts, remapped_rows_uncorrected_count AS value
FROM gpu
INNER JOIN moved USING (entity)
WHERE tick IS NOT NULL AND remapped > 0
