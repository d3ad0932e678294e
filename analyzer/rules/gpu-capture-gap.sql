-- id:       gpu-capture-gap
-- title:    GPU readings missing
-- severity: warning
-- requires: gap.metric
-- param:    not_supported_code = 3   NVML_ERROR_NOT_SUPPORTED: rule gpu-not-supported
-- param:    no_permission_code = 4   NVML_ERROR_NO_PERMISSION: rule gpu-not-supported
-- param:    not_found_code = 6   NVML_ERROR_NOT_FOUND: nothing to tell, as of an idle GPU
-- param:    driver_code = 9   NVML_ERROR_DRIVER_NOT_LOADED: rule driver-reload
-- param:    timeout_code = 10   NVML_ERROR_TIMEOUT: rules gpu-hang and gpu-driver-hang
-- param:    no_library_code = 12   NVML_ERROR_LIBRARY_NOT_FOUND: a machine without the driver
-- param:    no_function_code = 13   NVML_ERROR_FUNCTION_NOT_FOUND: rule gpu-not-supported
-- param:    lost_code = 15   NVML_ERROR_GPU_IS_LOST: rule gpu-lost
-- param:    mismatch_code = 18   NVML_ERROR_LIB_RM_VERSION_MISMATCH: rule driver-mismatch
-- param:    no_data_code = 21   NVML_ERROR_NO_DATA: nothing to tell yet
-- param:    old_struct_code = 25   NVML_ERROR_ARGUMENT_VERSION_MISMATCH: rule gpu-not-supported
-- param:    gpu_not_found_code = 28   NVML_ERROR_GPU_NOT_FOUND: rule gpu-lost
-- figure:   columns_count | Tables and columns missing | 1 | 0
-- figure:   gaps_count | Gap rows | 1 | 0
-- text:     words
-- text:     metrics
-- source:   nvml.h nvmlReturn_t; gap rows of the recorder
-- explain:  Missing: ${metrics}, ${columns_count} in all: ${words}.
WITH missing AS (
    SELECT
        node,
        boot_id,
        entity,
        metric,
        coalesce(code, -1) AS code,
        coalesce(from_ts, ts) AS from_ts,
        coalesce(to_ts, from_ts, ts) AS until_ts,
        row_id,
        reason,
        CASE
            WHEN metric LIKE '%.%' THEN 0
            WHEN reason LIKE 'no NVIDIA driver: %' OR reason LIKE 'switched off with %no-gpu%' THEN 0
            WHEN reason LIKE 'released by request%' THEN 0
            WHEN reason LIKE 'power/runtime_status is suspended%' THEN 0
            WHEN coalesce(code, -1) IN (${no_permission_code}, ${no_library_code}) THEN 0
            ELSE 1
        END AS is_serious
    FROM gap
    WHERE coalesce(code, -1) NOT IN (
            ${not_supported_code}, ${driver_code}, ${timeout_code}, ${no_function_code}, ${lost_code}, ${mismatch_code},
            ${not_found_code}, ${no_data_code}, ${old_struct_code}, ${gpu_not_found_code})
        AND (metric IN ('gpu', 'gpu_process', 'nvlink')
            OR metric LIKE 'gpu.%'
            OR metric LIKE 'gpu_process.%'
            OR metric LIKE 'nvlink.%'
            OR metric = 'event' AND entity LIKE 'gpu:%')
        AND NOT (metric LIKE '%.%' AND (code IS NULL OR code = ${no_permission_code}))
        AND NOT (code IS NULL AND (reason LIKE 'NVML took more than%' OR reason LIKE 'NVML is calm again%'))
        AND NOT (metric = 'gpu' AND reason LIKE 'listed in % not by NVML')
)
SELECT
    entity,
    min(from_ts) AS first_ts,
    max(until_ts) AS last_ts,
    CASE WHEN max(is_serious) = 1 THEN 'warning' ELSE 'info' END AS severity,
    count(DISTINCT metric) AS columns_count,
    count(*) AS gaps_count,
    min(reason) AS words,
    CASE WHEN count(DISTINCT metric) = 1 THEN min(metric) ELSE concat_ws(' to ', min(metric), max(metric)) END AS metrics,
    array_sort(array_agg(row_id)) AS evidence
FROM missing
GROUP BY node, boot_id, entity, code, is_serious
ORDER BY entity, first_ts NULLS LAST, code NULLS LAST, is_serious NULLS LAST, node, boot_id
