package io.esnode.analyzer;

import java.sql.SQLException;
import java.sql.Statement;

/**
 * Views over table {@code event} that most rules about GPUs need: {@code gpu_event} names the GPU where the source only knew a
 * PCI address, and says what lies before the start; {@code xid} has the XIDs of kernel log and NVML alike; {@code known_xid}
 * those from the start on, with what the catalogue says of them.
 */
final class EventViews {
  /**
   * A simulated row keeps no origin of its own, so there the clock decides what lies before the start. PCI addresses have a
   * domain of four digits in the kernel log, of eight in NVML.
   */
  private static final String GPU_EVENT = """
      CREATE VIEW gpu_event AS
      WITH place AS (
          SELECT node, right(lower(split_part(value, '.', 1)), 10) AS address, min(entity) AS gpu
          FROM inventory
          WHERE item = 'gpu.pci.address'
          GROUP BY ALL
      )
      SELECT
          e.* REPLACE (
              CASE
                  WHEN e.entity LIKE 'gpu:pci:%' OR e.entity LIKE 'pci:%' THEN coalesce(place.gpu, e.entity)
                  ELSE e.entity
              END AS entity),
          CASE
              WHEN e.origin = 'pre_record' OR e.origin = 'simulated' AND e.ts < bundle.start_ts THEN 1
              ELSE 0
          END AS is_before_start
      FROM event AS e
      LEFT JOIN bundle ON bundle.bundle = e.bundle
      LEFT JOIN place ON place.node = e.node AND place.address = right(lower(e.pci_address), 10)""";

  private static final String XID = """
      CREATE VIEW xid AS
      SELECT
          tick, ts, mono_ns, node, entity, origin, source, row_id, bundle, boot_id, is_before_start,
          CASE WHEN event_class = 'xid' THEN code ELSE data END AS xid,
          CASE WHEN event_class = 'xid' THEN 'kernel log' ELSE 'NVML' END AS told_by,
          pci_address, gpu_instance, pid, process_name, link, unit, intrinfo, error_status, cause_xid,
          recovery_action_from, recovery_action_to, log_sequence, text
      FROM gpu_event
      WHERE event_class = 'xid' OR event_class = 'nvml' AND code = 8""";

  /** The time of the XID before is that of the same GPU and number: rules merge what repeats. */
  private static final String KNOWN_XID = """
      CREATE VIEW known_xid AS
      SELECT
          xid.*,
          known.name,
          known.category,
          known.is_application_class,
          known.severity,
          known.likely_causes,
          known.recommended_action,
          known.immediate_bucket,
          known.conflict_note,
          known.source AS edition,
          lag(xid.mono_ns) OVER w AS previous_ns
      FROM xid
      INNER JOIN xid_catalog AS known ON known.xid = xid.xid
      WHERE xid.is_before_start = 0
      WINDOW w AS (
          PARTITION BY xid.node, xid.boot_id, xid.entity, xid.xid ORDER BY xid.mono_ns NULLS LAST, xid.row_id NULLS LAST)""";

  private EventViews() {}

  /** To be run once the tables and the manifests are there. */
  static void create(Statement sql) throws SQLException {
    sql.execute(GPU_EVENT);
    sql.execute(XID);
    sql.execute(KNOWN_XID);
  }
}
