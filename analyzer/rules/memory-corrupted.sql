-- id:       memory-corrupted
-- title:    Memory taken out of use after a memory error
-- severity: error
-- requires: host.hardware_corrupted_bytes
-- param:    min_corrupted_bytes = 1   memory out of use; below it all is well
-- figure:   corrupted_bytes | Most memory out of use | B | 0
-- source:   Linux Documentation/mm/hwpoison.rst, /proc/meminfo HardwareCorrupted
-- explain:  The kernel keeps ${corrupted_bytes} B out of use after uncorrected memory errors.
SELECT
    entity,
    min(ts) AS first_ts,
    max(ts) AS last_ts,
    max(hardware_corrupted_bytes) AS corrupted_bytes,
    array_sort(array_agg(row_id)) AS evidence
FROM host
WHERE tick IS NOT NULL
    AND hardware_corrupted_bytes >= ${min_corrupted_bytes}
GROUP BY node, boot_id, entity
ORDER BY entity, first_ts NULLS LAST, node, boot_id
