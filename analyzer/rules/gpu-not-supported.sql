-- id:       gpu-not-supported
-- title:    Readings that this GPU, driver or library does not give
-- severity: info
-- requires: gap.metric
-- param:    not_supported_code = 3   NVML_ERROR_NOT_SUPPORTED
-- param:    no_permission_code = 4   NVML_ERROR_NO_PERMISSION
-- param:    no_function_code = 13   NVML_ERROR_FUNCTION_NOT_FOUND
-- param:    old_struct_code = 25   NVML_ERROR_ARGUMENT_VERSION_MISMATCH
-- figure:   not_supported_count | Columns that the GPU does not support | 1 | 0
-- figure:   too_new_count | Columns newer than driver or library, or switched off | 1 | 0
-- figure:   no_permission_count | Columns that need more privilege | 1 | 0
-- source:   nvml.h nvmlReturn_t; gap rows of the recorder
-- explain:  ${not_supported_count} columns are not supported by this GPU, ${too_new_count} are newer than its driver or switched off,
--           ${no_permission_count} need more privilege. That is how the machine is, nothing that failed.
SELECT
    entity,
    min(coalesce(from_ts, ts)) AS first_ts,
    max(coalesce(to_ts, from_ts, ts)) AS last_ts,
    count(DISTINCT CASE WHEN code = ${not_supported_code} THEN metric END) AS not_supported_count,
    count(DISTINCT CASE WHEN code IS NULL OR code IN (${no_function_code}, ${old_struct_code}) THEN metric END) AS too_new_count,
    count(DISTINCT CASE WHEN code = ${no_permission_code} THEN metric END) AS no_permission_count,
    array_sort(array_agg(row_id)) AS evidence
FROM gap
WHERE (code IN (${not_supported_code}, ${no_function_code})
        OR metric LIKE '%.%' AND (code IS NULL OR code IN (${no_permission_code}, ${old_struct_code})))
    AND (metric IN ('gpu', 'gpu_process', 'nvlink')
        OR metric LIKE 'gpu.%'
        OR metric LIKE 'gpu_process.%'
        OR metric LIKE 'nvlink.%'
        OR metric = 'event' AND entity LIKE 'gpu:%')
GROUP BY node, boot_id, entity
ORDER BY entity, first_ts NULLS LAST, node, boot_id
