-- id:       driver-mismatch
-- title:    NVML library and driver of different versions
-- severity: error
-- requires: gap.metric
-- param:    mismatch_code = 18   NVML_ERROR_LIB_RM_VERSION_MISMATCH
-- figure:   gaps_count | Gap rows that say so | 1 | 0
-- text:     words
-- source:   nvml.h NVML_ERROR_LIB_RM_VERSION_MISMATCH; gap rows of the recorder
-- explain:  The NVML library and the loaded driver have different versions, as after an update without reload: ${words}. New
--           programs cannot use the GPUs until the driver is reloaded.
SELECT
    'node' AS entity,
    min(coalesce(from_ts, ts)) AS first_ts,
    max(coalesce(to_ts, from_ts, ts)) AS last_ts,
    count(*) AS gaps_count,
    min(reason) AS words,
    array_sort(array_agg(row_id)) AS evidence
FROM gap
WHERE code = ${mismatch_code}
GROUP BY node, boot_id
ORDER BY first_ts NULLS LAST, node, boot_id
