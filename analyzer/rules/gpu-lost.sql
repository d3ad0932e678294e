-- id:       gpu-lost
-- title:    GPU lost
-- severity: critical
-- requires: gap.metric, event.event_class
-- param:    lost_code = 15   NVML_ERROR_GPU_IS_LOST
-- param:    not_found_code = 6   NVML_ERROR_NOT_FOUND
-- param:    gpu_not_found_code = 28   NVML_ERROR_GPU_NOT_FOUND
-- figure:   gaps_count | Gap rows that say so | 1 | 0
-- figure:   log_count | Lines of the kernel log that say so | 1 | 0
-- text:     evidence_words
-- source:   nvml.h NVML_ERROR_GPU_IS_LOST; kernel log "GPU has fallen off the bus"; gap rows of the recorder
-- explain:  ${evidence_words}. The cause is not established by this: look at PCIe errors, power and temperature before it.
WITH sign AS (
    SELECT
        node,
        boot_id,
        entity,
        coalesce(from_ts, ts) AS from_ts,
        coalesce(to_ts, from_ts, ts) AS until_ts,
        row_id,
        'gap' AS kind,
        reason AS words
    FROM gap
    WHERE entity LIKE 'gpu:%'
        AND (code = ${lost_code}
            OR code IN (${not_found_code}, ${gpu_not_found_code}) AND reason LIKE 'nvmlDeviceGetHandleByUUID%'
            OR metric = 'gpu' AND reason LIKE 'listed in % not by NVML')
    UNION ALL
    SELECT
        node,
        boot_id,
        entity,
        ts AS from_ts,
        ts AS until_ts,
        row_id,
        'log' AS kind,
        'the kernel log says that it has fallen off the bus' AS words
    FROM gpu_event
    WHERE event_class = 'gpu_lost'
        AND is_before_start = 0
)
SELECT
    entity,
    min(from_ts) AS first_ts,
    max(until_ts) AS last_ts,
    sum(CASE WHEN kind = 'gap' THEN 1 ELSE 0 END) AS gaps_count,
    sum(CASE WHEN kind = 'log' THEN 1 ELSE 0 END) AS log_count,
    concat_ws('; ', min(CASE WHEN kind = 'log' THEN words END), min(CASE WHEN kind = 'gap' THEN words END)) AS evidence_words,
    array_sort(array_agg(row_id)) AS evidence
FROM sign
GROUP BY node, boot_id, entity
ORDER BY entity, first_ts NULLS LAST, node, boot_id
