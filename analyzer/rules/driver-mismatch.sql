-- id:       driver-mismatch
-- title:    NVML library and driver of different versions
-- severity: error
-- requires: gap.metric, event.event_class
-- param:    mismatch_code = 18   NVML_ERROR_LIB_RM_VERSION_MISMATCH
-- figure:   gaps_count | Gap rows that say so | 1 | 0
-- figure:   log_count | Lines of the kernel log that say so | 1 | 0
-- text:     words
-- source:   nvml.h NVML_ERROR_LIB_RM_VERSION_MISMATCH; kernel log "NVRM: API mismatch"; gap rows of the recorder
-- explain:  A library and the loaded driver have different versions, as after an update without reload: ${words}. Programs
--           that use it cannot use the GPUs until both are the same.
WITH sign AS (
    SELECT
        node,
        boot_id,
        coalesce(from_ts, ts) AS from_ts,
        coalesce(to_ts, from_ts, ts) AS until_ts,
        row_id,
        'gap' AS kind,
        reason AS words
    FROM gap
    WHERE code = ${mismatch_code}
    UNION ALL
    SELECT
        node,
        boot_id,
        ts AS from_ts,
        ts AS until_ts,
        row_id,
        'log' AS kind,
        'the kernel log says API mismatch' AS words
    FROM gpu_event
    WHERE event_class = 'nvrm'
        AND is_before_start = 0
        AND reason = 'api mismatch'
)
SELECT
    'node' AS entity,
    min(from_ts) AS first_ts,
    max(until_ts) AS last_ts,
    sum(CASE WHEN kind = 'gap' THEN 1 ELSE 0 END) AS gaps_count,
    sum(CASE WHEN kind = 'log' THEN 1 ELSE 0 END) AS log_count,
    coalesce(min(CASE WHEN kind = 'gap' THEN words END), min(words)) AS words,
    array_sort(array_agg(row_id)) AS evidence
FROM sign
GROUP BY node, boot_id
ORDER BY first_ts NULLS LAST, node, boot_id
