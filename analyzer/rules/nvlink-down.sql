-- id:       nvlink-down
-- title:    NVLink went down
-- severity: error
-- requires: nvlink.state
-- ticks:    2
-- param:    up_state = 1   nvmlEnableState_t enabled
-- figure:   readings_count | Readings in which it was down | 1 | 0
-- source:   nvml.h NVML_FI_DEV_NVLINK_GET_STATE, nvmlDeviceGetNvLinkState
-- explain:  The link was up and then down in ${readings_count} readings. Links that were down from the start are taken as not
--           connected.
WITH moved AS (
    SELECT node, boot_id, entity
    FROM nvlink
    WHERE tick IS NOT NULL
    GROUP BY node, boot_id, entity
    HAVING max(state) > min(state)
),
step AS (
    SELECT
        nvlink.node,
        nvlink.boot_id,
        nvlink.entity,
        nvlink.ts,
        nvlink.row_id,
        nvlink.state,
        lag(nvlink.ts) OVER w AS from_ts,
        lag(nvlink.row_id) OVER w AS from_row_id,
        lag(nvlink.state) OVER w AS from_state,
        sum(CASE WHEN nvlink.state = ${up_state} THEN 1 ELSE 0 END) OVER w AS ups_count
    FROM nvlink
    INNER JOIN moved USING (node, boot_id, entity)
    WHERE nvlink.mono_ns IS NOT NULL
        AND nvlink.tick IS NOT NULL
        AND nvlink.state IS NOT NULL
    WINDOW w AS (PARTITION BY nvlink.node, nvlink.boot_id, nvlink.entity ORDER BY nvlink.mono_ns NULLS LAST, nvlink.row_id NULLS LAST)
)
SELECT
    entity,
    min(from_ts) AS first_ts,
    max(ts) AS last_ts,
    count(*) AS readings_count,
    array_sort(array_agg(CASE WHEN from_state = ${up_state} THEN from_row_id ELSE row_id END)) AS evidence_from,
    array_sort(array_agg(row_id)) AS evidence
FROM step
WHERE state <> ${up_state}
    AND ups_count > 0
GROUP BY node, boot_id, entity, ups_count
ORDER BY entity, first_ts NULLS LAST, node, boot_id
