-- id:       retired-pages-pending
-- title:    Page retirement waits for a reset
-- severity: warning
-- rulebook: nvidia
-- requires: gpu.retired_pages_pending
-- param:    min_flag = 1   value of the flag that counts
-- figure:   readings_count | Readings with the flag set | 1 | 0
-- source:   NVIDIA dynamic page retirement; nvml.h NVML_FI_DEV_RETIRED_PENDING
-- explain:  A memory page is retired at the next reset or driver reload (rule page_retirement, GPUs before Ampere).
SELECT
    entity,
    min(ts) AS first_ts,
    max(ts) AS last_ts,
    count(*) AS readings_count,
    array_sort(array_agg(row_id)) AS evidence
FROM gpu
WHERE retired_pages_pending >= ${min_flag}
    AND tick IS NOT NULL
GROUP BY node, boot_id, entity
ORDER BY entity, first_ts NULLS LAST, node, boot_id
