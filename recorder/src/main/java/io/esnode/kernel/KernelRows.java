package io.esnode.kernel;

import io.esnode.spool.TextRow;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Turns log records into rows of the table {@code event}. Give it every record, in order: some messages span several. Not
 * thread-safe.
 *
 * <p>Only lines of the kernel itself are taken for what they say. A line that somebody wrote into the log from user space
 * and that reads like one of them is a row of class {@code user_written}: it proves that it was written, nothing else.
 */
public final class KernelRows {
  /** Stands in the {@code source} column. */
  public static final String SOURCE = "kmsg";

  private static final String GPU_AT = "gpu:pci:";

  private final Pseudonyms names;
  private final GpuAddresses gpus;
  private final KernelShapes kernel = new KernelShapes();
  private final KernelShapes imitations = new KernelShapes();

  /**
   * Rows with names as {@code names} gives them.
   *
   * @param gpus says which GPU is at an address, and learns from the log
   */
  public KernelRows(Pseudonyms names, GpuAddresses gpus) {
    this.names = names;
    this.gpus = gpus;
  }

  /**
   * The row of a record; empty if it is of no class.
   *
   * @param origin {@code live}, {@code pre_record}, {@code import} or {@code simulated}
   * @param tsMicros wall clock of the record, µs since 1970 UTC
   */
  public Optional<TextRow> event(KernelRecord record, String origin, long tsMicros) {
    boolean fromKernel = record.facility() == KernelRecord.KERNEL;
    Optional<KernelEvent> said =
        fromKernel ? kernel.read(record) : imitations.read(record).map(KernelRows::written);
    return said.map(event -> row(record, event, origin, tsMicros));
  }

  /** A record's text, with names as these rows have them. */
  String text(KernelRecord record) {
    return names.text(record.text());
  }

  private static KernelEvent written(KernelEvent imitated) {
    return KernelEvent.of("user_written").text("reason", imitated.eventClass()).build();
  }

  private TextRow row(KernelRecord record, KernelEvent event, String origin, long tsMicros) {
    Map<String, String> texts = new TreeMap<>(event.texts());
    texts.computeIfPresent("process_name", (column, name) -> names.text(name));
    texts.computeIfPresent("cgroup", (column, path) -> names.cgroup(path));
    texts.put("event_class", event.eventClass());
    texts.put("text", text(record));
    String entity = event.entity();
    String address = texts.get("pci_address");
    if (address != null) {
      String told = texts.get("gpu_uuid");
      if (told != null) {
        gpus.put(address, told);
      }
      Optional<String> uuid = gpus.uuid(address);
      uuid.ifPresent(known -> texts.put("gpu_uuid", known));
      boolean aboutDevice = entity.startsWith(GPU_AT) || entity.startsWith("pci:");
      entity = aboutDevice ? uuid.map(known -> "gpu:" + known).orElse(entity) : entity;
    }
    return new TextRow(
        "event", entity, SOURCE, origin, null, tsMicros, texts, numbers(record, event));
  }

  private static Map<String, Long> numbers(KernelRecord record, KernelEvent event) {
    Map<String, Long> numbers = new TreeMap<>(event.numbers());
    numbers.put("log_facility", (long) record.facility());
    if (record.level() != null) {
      numbers.put("log_priority", (long) record.level());
    }
    if (record.sequence() != null) {
      numbers.put("log_sequence", record.sequence());
    }
    return numbers;
  }
}
