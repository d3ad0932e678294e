-- id:       gpu-power-cap
-- title:    Clocks held by the power limit
-- severity: info
-- requires: gpu.clocks_event_reasons, gpu.power_limit_mw
-- ticks:    2
-- param:    reason_bit = 4   nvmlClocksEventReasonSwPowerCap
-- param:    min_duration_s = 5   shorter stretches are ignored
-- param:    merge_s = 30   stretches no further apart are one
-- figure:   readings_count | Readings with the reason | 1 | 0
-- figure:   duration_s | Time from the reading before the first to the last, as far as the reason was there | s | 3
-- figure:   hottest_c | Highest GPU temperature meanwhile | Cel | 0
-- figure:   slowest_mhz | Lowest SM clock meanwhile | MHz | 0
-- source:   table clock_event_reasons; nvml.h nvmlClocksEventReasonSwPowerCap
-- explain:  After the power limit was lowered, the driver held the clocks for ${duration_s} s to stay within it (reason 0x4), down to ${slowest_mhz} MHz. Without a lowered limit this is normal under load.
WITH lowest AS (
    SELECT node, boot_id, entity, max(power_limit_mw) AS highest_mw, min(power_limit_mw) AS lowest_mw
    FROM gpu
    WHERE tick IS NOT NULL
    GROUP BY node, boot_id, entity
    HAVING max(power_limit_mw) > min(power_limit_mw)
),
step AS (
    SELECT
        gpu.node,
        gpu.boot_id,
        gpu.entity,
        gpu.ts,
        gpu.mono_ns,
        gpu.row_id,
        gpu.temperature_c,
        gpu.clock_sm_mhz,
        CASE WHEN gpu.power_limit_mw < lowest.highest_mw THEN gpu.clocks_event_reasons & ${reason_bit} ELSE 0 END AS reason,
        lag(gpu.ts) OVER w AS from_ts,
        lag(gpu.row_id) OVER w AS from_row_id,
        gpu.mono_ns - lag(gpu.mono_ns) OVER w AS elapsed_ns
    FROM gpu
    INNER JOIN lowest USING (node, boot_id, entity)
    WHERE gpu.mono_ns IS NOT NULL
        AND gpu.tick IS NOT NULL
        AND gpu.clocks_event_reasons IS NOT NULL
    WINDOW w AS (PARTITION BY gpu.node, gpu.boot_id, gpu.entity ORDER BY gpu.mono_ns NULLS LAST, gpu.row_id NULLS LAST)
),
hot AS (
    SELECT
        *,
        lag(mono_ns) OVER w AS previous_hot_ns
    FROM step
    WHERE reason > 0
    WINDOW w AS (PARTITION BY node, boot_id, entity ORDER BY mono_ns NULLS LAST, row_id)
),
burst AS (
    SELECT
        *,
        sum(CASE WHEN mono_ns - elapsed_ns - previous_hot_ns <= ${merge_s} * 1000000000 THEN 0 ELSE 1 END) OVER w AS burst
    FROM hot
    WINDOW w AS (PARTITION BY node, boot_id, entity ORDER BY mono_ns NULLS LAST, row_id)
)
SELECT
    entity,
    min(coalesce(from_ts, ts)) AS first_ts,
    max(ts) AS last_ts,
    sum(CASE WHEN reason > 0 THEN 1 ELSE 0 END) AS readings_count,
    divide_rounded(sum(coalesce(elapsed_ns, 0)), 1000000) * 0.001 AS duration_s,
    max(temperature_c) AS hottest_c,
    min(clock_sm_mhz) AS slowest_mhz,
    array_sort(array_agg(row_id)) AS evidence
FROM burst
GROUP BY node, boot_id, entity, burst
HAVING sum(coalesce(elapsed_ns, 0)) >= ${min_duration_s} * 1000000000
ORDER BY entity, first_ts NULLS LAST, node, boot_id
