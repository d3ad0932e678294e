-- id:       pcie-link-degraded
-- title:    PCIe link below what it can do, under load
-- severity: warning
-- requires: gpu.pcie_generation, gpu.pcie_width, gpu.utilization_gpu_pct
-- param:    min_utilization_pct = 50   an idle GPU lowers the generation to save power
-- param:    min_readings_count = 2   readings in a row; one may fall into a change
-- param:    merge_s = 60   stretches no further apart are one
-- figure:   width | Fewest lanes under load | 1 | 0
-- figure:   width_max | Lanes it can have | 1 | 0
-- figure:   generation | Lowest generation under load | 1 | 0
-- figure:   generation_max | Generation it can have | 1 | 0
-- figure:   readings_count | Readings below it | 1 | 0
-- source:   nvml.h nvmlDeviceGetCurrPcieLinkWidth, nvmlDeviceGetMaxPcieLinkWidth, nvmlDeviceGetMaxPcieLinkGeneration
-- explain:  At ${min_utilization_pct} % load or more the link ran with ${width} of ${width_max} lanes and generation ${generation} of
--           ${generation_max}.
WITH able AS (
    SELECT
        node,
        entity,
        max(CASE WHEN item = 'gpu.pcie.width_max' THEN CAST(value AS BIGINT) END) AS width_max,
        max(CASE WHEN item = 'gpu.pcie.generation_max' THEN CAST(value AS BIGINT) END) AS generation_max
    FROM inventory
    WHERE item IN ('gpu.pcie.width_max', 'gpu.pcie.generation_max')
    GROUP BY node, entity
),
best AS (
    -- What the GPU says it can have; where it does not say, the best it had here.
    SELECT
        gpu.node,
        gpu.boot_id,
        gpu.entity,
        greatest(coalesce(max(able.width_max), 0), max(gpu.pcie_width)) AS width_max,
        greatest(coalesce(max(able.generation_max), 0), max(gpu.pcie_generation)) AS generation_max
    FROM gpu
    LEFT JOIN able ON able.node = gpu.node AND able.entity = gpu.entity
    WHERE gpu.tick IS NOT NULL
        AND gpu.pcie_width IS NOT NULL
        AND gpu.pcie_generation IS NOT NULL
    GROUP BY gpu.node, gpu.boot_id, gpu.entity
),
reading AS (
    SELECT
        gpu.node,
        gpu.boot_id,
        gpu.entity,
        gpu.ts,
        gpu.mono_ns,
        gpu.row_id,
        gpu.pcie_width AS width,
        gpu.pcie_generation AS generation,
        best.width_max,
        best.generation_max,
        CASE
            WHEN gpu.utilization_gpu_pct >= ${min_utilization_pct}
                AND (gpu.pcie_width < best.width_max OR gpu.pcie_generation < best.generation_max) THEN 1
            ELSE 0
        END AS is_low
    FROM gpu
    INNER JOIN best USING (node, boot_id, entity)
    WHERE gpu.tick IS NOT NULL
        AND gpu.mono_ns IS NOT NULL
        AND gpu.pcie_width IS NOT NULL
        AND gpu.pcie_generation IS NOT NULL
),
hot AS (
    SELECT
        *,
        lag(mono_ns) OVER w AS previous_hot_ns
    FROM reading
    WHERE is_low = 1
    WINDOW w AS (PARTITION BY node, boot_id, entity ORDER BY mono_ns NULLS LAST, row_id)
),
burst AS (
    SELECT
        *,
        sum(CASE WHEN mono_ns - previous_hot_ns <= ${merge_s} * 1000000000 THEN 0 ELSE 1 END) OVER w AS burst
    FROM hot
    WINDOW w AS (PARTITION BY node, boot_id, entity ORDER BY mono_ns NULLS LAST, row_id)
)
SELECT
    entity,
    min(ts) AS first_ts,
    max(ts) AS last_ts,
    min(width) AS width,
    max(width_max) AS width_max,
    min(generation) AS generation,
    max(generation_max) AS generation_max,
    count(*) AS readings_count,
    array_sort(array_agg(row_id)) AS evidence
FROM burst
GROUP BY node, boot_id, entity, burst
HAVING count(*) >= ${min_readings_count}
ORDER BY entity, first_ts NULLS LAST, node, boot_id
