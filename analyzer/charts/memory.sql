-- id:       memory
-- title:    Memory
-- unit:     B
-- scale:    0
-- requires: host.mem_available_bytes, host.mem_total_bytes
SELECT entity, 'available' AS name, ts, mem_available_bytes AS value
FROM host
WHERE tick IS NOT NULL
UNION ALL
SELECT entity, 'total' AS name, ts, mem_total_bytes AS value
FROM host
WHERE tick IS NOT NULL
