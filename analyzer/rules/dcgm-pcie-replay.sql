-- id:       dcgm-pcie-replay
-- title:    PCIe replays above the limit of DCGM
-- severity: warning
-- rulebook: dcgm
-- requires: gpu.pcie_replay_count, gpu.pcie_generation, gpu.pcie_width
-- ticks:    2
-- param:    gen1_milli = 150   replays per minute and lane of generation 1, in thousandths
-- param:    gen2_milli = 300   of generation 2
-- param:    gen3_milli = 480   of generation 3
-- param:    gen4_milli = 960   of generation 4
-- param:    gen5_milli = 1920   of generation 5
-- param:    gen6_milli = 3840   of generation 6
-- param:    min_count = 1   replays between two readings
-- param:    merge_s = 60   replays no further apart are one stretch
-- figure:   worst_per_min_count | Most replays in one minute of the clock | 1 | 0
-- figure:   limit_per_min_count | Limit for these lanes and this generation | 1 | 0
-- figure:   replays_count | Replays in all | 1 | 0
-- figure:   lanes_count | Lanes | 1 | 0
-- figure:   generation | PCIe generation | 1 | 0
-- source:   table threshold_rules, dcgm_pcie_replay; DCGM 4.6.0 DcgmHealthWatch.cpp, from a bit error rate of 1e-12
-- explain:  Up to ${worst_per_min_count} PCIe replays in a minute, DCGM's limit for ${lanes_count} lanes of generation ${generation} is
--           ${limit_per_min_count} (rule dcgm_pcie_replay).
WITH moved AS (
    SELECT
        node,
        boot_id,
        entity,
        max(pcie_generation) AS generation,
        max(pcie_width) AS lanes_count,
        max(pcie_replay_count) - min(pcie_replay_count) AS grown_count
    FROM gpu
    WHERE tick IS NOT NULL
    GROUP BY node, boot_id, entity
    HAVING max(pcie_replay_count) > min(pcie_replay_count)
),
limited AS (
    -- Rounded up, as DCGM does.
    SELECT
        *,
        divide_rounded(
            lanes_count * CASE
                WHEN generation >= 6 THEN ${gen6_milli}
                WHEN generation = 5 THEN ${gen5_milli}
                WHEN generation = 4 THEN ${gen4_milli}
                WHEN generation = 3 THEN ${gen3_milli}
                WHEN generation = 2 THEN ${gen2_milli}
                ELSE ${gen1_milli}
            END + 499, 1000) AS limit_per_min_count
    FROM moved
),
step AS (
    SELECT
        gpu.node,
        gpu.boot_id,
        gpu.entity,
        gpu.ts,
        gpu.mono_ns,
        gpu.row_id,
        limited.generation,
        limited.lanes_count,
        limited.limit_per_min_count,
        lag(gpu.ts) OVER w AS from_ts,
        lag(gpu.row_id) OVER w AS from_row_id,
        gpu.pcie_replay_count - lag(gpu.pcie_replay_count) OVER w AS replays_count
    FROM gpu
    INNER JOIN limited USING (node, boot_id, entity)
    WHERE limited.grown_count > limited.limit_per_min_count
        AND gpu.mono_ns IS NOT NULL
        AND gpu.tick IS NOT NULL
        AND gpu.pcie_replay_count IS NOT NULL
    WINDOW w AS (PARTITION BY gpu.node, gpu.boot_id, gpu.entity ORDER BY gpu.mono_ns NULLS LAST, gpu.row_id NULLS LAST)
),
minute AS (
    -- Minutes of the monotonic clock: a burst across two of them counts for each with its part.
    SELECT
        node,
        boot_id,
        entity,
        mono_ns - mono_ns % 60000000000 AS minute_ns,
        min(from_ts) AS from_ts,
        max(ts) AS ts,
        sum(replays_count) AS replays_count,
        max(generation) AS generation,
        max(lanes_count) AS lanes_count,
        max(limit_per_min_count) AS limit_per_min_count,
        min(from_row_id) AS from_row_id,
        max(row_id) AS row_id
    FROM step
    WHERE replays_count >= ${min_count}
    GROUP BY node, boot_id, entity, mono_ns - mono_ns % 60000000000
),
hot AS (
    SELECT
        *,
        lag(minute_ns) OVER w AS previous_hot_ns
    FROM minute
    WHERE replays_count > limit_per_min_count
    WINDOW w AS (PARTITION BY node, boot_id, entity ORDER BY minute_ns NULLS LAST)
),
burst AS (
    SELECT
        *,
        sum(CASE WHEN minute_ns - previous_hot_ns <= (${merge_s} + 60) * 1000000000 THEN 0 ELSE 1 END) OVER w AS burst
    FROM hot
    WINDOW w AS (PARTITION BY node, boot_id, entity ORDER BY minute_ns NULLS LAST)
)
SELECT
    entity,
    min(from_ts) AS first_ts,
    max(ts) AS last_ts,
    max(replays_count) AS worst_per_min_count,
    max(limit_per_min_count) AS limit_per_min_count,
    sum(replays_count) AS replays_count,
    max(lanes_count) AS lanes_count,
    max(generation) AS generation,
    array_sort(array_agg(from_row_id)) AS evidence_from,
    array_sort(array_agg(row_id)) AS evidence
FROM burst
GROUP BY node, boot_id, entity, burst
ORDER BY entity, first_ts NULLS LAST, node, boot_id
