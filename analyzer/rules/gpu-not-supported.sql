-- id:       gpu-not-supported
-- title:    Readings that this GPU or driver does not have
-- severity: info
-- requires: gap.metric
-- param:    not_supported_code = 3   NVML_ERROR_NOT_SUPPORTED
-- param:    no_function_code = 13   NVML_ERROR_FUNCTION_NOT_FOUND
-- figure:   not_supported_count | Columns that the GPU or driver does not support | 1 | 0
-- figure:   no_function_count | Columns whose function the library does not have | 1 | 0
-- source:   nvml.h nvmlReturn_t; gap rows of the recorder
-- explain:  ${not_supported_count} columns are not supported by this GPU, ${no_function_count} are newer than this library. That is how
--           the machine is, nothing that failed.
SELECT
    entity,
    min(coalesce(from_ts, ts)) AS first_ts,
    max(coalesce(to_ts, from_ts, ts)) AS last_ts,
    count(DISTINCT CASE WHEN code = ${not_supported_code} THEN metric END) AS not_supported_count,
    count(DISTINCT CASE WHEN code = ${no_function_code} THEN metric END) AS no_function_count,
    array_sort(array_agg(row_id)) AS evidence
FROM gap
WHERE code IN (${not_supported_code}, ${no_function_code})
    AND (metric IN ('gpu', 'gpu_process', 'nvlink')
        OR metric LIKE 'gpu.%'
        OR metric LIKE 'gpu_process.%'
        OR metric LIKE 'nvlink.%'
        OR metric = 'event' AND entity LIKE 'gpu:%')
GROUP BY node, boot_id, entity
ORDER BY entity, first_ts NULLS LAST, node, boot_id
