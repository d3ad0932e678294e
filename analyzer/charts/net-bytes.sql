-- id:       net-bytes
-- title:    Network traffic, busiest interfaces
-- unit:     B/s
-- scale:    0
-- requires: net.rx_bytes, net.tx_bytes
WITH step AS (
    SELECT
        entity,
        ts,
        mono_ns - lag(mono_ns) OVER w AS elapsed_ns,
        rx_bytes - lag(rx_bytes) OVER w AS received_bytes,
        tx_bytes - lag(tx_bytes) OVER w AS sent_bytes
    FROM net
    WHERE tick IS NOT NULL
        AND mono_ns IS NOT NULL
    WINDOW w AS (PARTITION BY node, boot_id, entity ORDER BY mono_ns NULLS LAST, row_id)
),
busiest AS (
    SELECT entity
    FROM step
    WHERE elapsed_ns > 0 AND received_bytes >= 0 AND sent_bytes >= 0
    GROUP BY entity
    HAVING sum(received_bytes + sent_bytes) > 0
    ORDER BY sum(received_bytes + sent_bytes) DESC NULLS LAST, entity
    LIMIT 4
)
SELECT entity, 'received' AS name, ts, divide_rounded(CAST(received_bytes AS DECIMAL(38, 0)) * 1000000000, elapsed_ns) AS value
FROM step
INNER JOIN busiest USING (entity)
WHERE elapsed_ns > 0 AND received_bytes >= 0 AND sent_bytes >= 0
UNION ALL
SELECT entity, 'sent' AS name, ts, divide_rounded(CAST(sent_bytes AS DECIMAL(38, 0)) * 1000000000, elapsed_ns) AS value
FROM step
INNER JOIN busiest USING (entity)
WHERE elapsed_ns > 0 AND received_bytes >= 0 AND sent_bytes >= 0
