-- id:       dcgm-retired-pages
-- title:    Retired pages at the limit of DCGM
-- severity: error
-- rulebook: dcgm
-- requires: gpu.retired_pages_sbe_count, gpu.retired_pages_dbe_count
-- param:    min_pages_count = 63   DCGM_LIMIT_MAX_RETIRED_PAGES
-- figure:   pages_count | Pages retired | pages | 0
-- figure:   dbe_pages_count | Of them for double-bit errors | pages | 0
-- source:   table threshold_rules, dcgm_retired_pages_hard; DCGM 4.6.0 DcgmGPUHardwareLimits.h
-- explain:  ${pages_count} pages are retired, ${dbe_pages_count} of them for double-bit errors: meets the published criterion
--           dcgm_retired_pages_hard (${min_pages_count} pages), pending field diagnostic.
SELECT
    entity,
    min(ts) AS first_ts,
    max(ts) AS last_ts,
    max(retired_pages_sbe_count + retired_pages_dbe_count) AS pages_count,
    max(retired_pages_dbe_count) AS dbe_pages_count,
    array_sort(array_agg(row_id)) AS evidence
FROM gpu
WHERE retired_pages_sbe_count + retired_pages_dbe_count >= ${min_pages_count}
    AND tick IS NOT NULL
GROUP BY node, boot_id, entity
ORDER BY entity, first_ts NULLS LAST, node, boot_id
