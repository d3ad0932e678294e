package io.esnode.capture;

import io.esnode.nvml.NativeMemory;
import io.esnode.nvml.NvmlFunction;
import io.esnode.nvml.NvmlReturn;
import io.esnode.wire.RowsFrame;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The table {@code gpu_process} of one GPU: who holds its memory, how busy each keeps it, and what accounting says. Not
 * thread-safe.
 *
 * <p>A process is {@code gpu:UUID/pid:N@START}, with the start time that {@code /proc} has for this number; without one where
 * NVML counts in another namespace than ours and {@code /proc} does not know the number.
 */
final class Processes {
  private static final int COMPUTE = 1;
  private static final int GRAPHICS = 2;

  private static final Asked UTILIZATION = Asked.of(NvmlFunction.DEVICE_GET_PROCESS_UTILIZATION);
  private static final Asked ACCOUNTING_MODE = Asked.of(NvmlFunction.DEVICE_GET_ACCOUNTING_MODE);
  private static final Asked ACCOUNTING = Asked.of(NvmlFunction.DEVICE_GET_ACCOUNTING_STATS);

  private final Calls calls;
  private final NativeMemory memory;
  private final Path root;
  private final String gpu;
  private final GpuTable table;
  private final Row absences;
  private final ProcessList compute;
  private final ProcessList graphics;
  private final UtilizationSamples samples;
  private final long scratch;
  private final int pidColumn;
  private final int typeColumn;
  private final int memoryColumn;
  private final int[] utilizationColumns;
  private final int[] accountingColumns;
  private final Map<Long, Name> names = new HashMap<>();

  /** How a process is called in the frame, made once. */
  private static final class Name {
    private final String owner;
    private final OptionalLong start;
    private final byte[] entity;

    Name(String owner, long pid, OptionalLong start) {
      this.owner = owner;
      this.start = start;
      String number = start.isPresent() ? pid + "@" + start.getAsLong() : Long.toString(pid);
      entity = RowsFrame.entity(owner + "/pid:" + number);
    }
  }

  /** A process that was named at this tick. */
  private static final class Seen {
    private final String owner;
    private int type;
    private long memoryBytes;

    Seen(String owner) {
      this.owner = owner;
    }
  }

  Processes(Calls calls, Arena arena, GpuTable table, String gpu, Path root) {
    this.calls = calls;
    this.root = root;
    this.gpu = gpu;
    this.table = table;
    memory = calls.memory();
    absences = table.add(gpu);
    compute = new ProcessList(
        calls,
        arena,
        List.of(
            NvmlFunction.DEVICE_GET_COMPUTE_RUNNING_PROCESSES_V3,
            NvmlFunction.DEVICE_GET_COMPUTE_RUNNING_PROCESSES_V2,
            NvmlFunction.DEVICE_GET_COMPUTE_RUNNING_PROCESSES));
    graphics = new ProcessList(
        calls,
        arena,
        List.of(
            NvmlFunction.DEVICE_GET_GRAPHICS_RUNNING_PROCESSES_V3,
            NvmlFunction.DEVICE_GET_GRAPHICS_RUNNING_PROCESSES_V2,
            NvmlFunction.DEVICE_GET_GRAPHICS_RUNNING_PROCESSES));
    samples = new UtilizationSamples(calls, arena);
    scratch = arena.allocate(AccountingStats.BYTES);
    Columns columns = table.columns();
    pidColumn = columns.at("pid");
    typeColumn = columns.at("process_type");
    memoryColumn = columns.at("memory_used_bytes");
    utilizationColumns = new int[] {
      columns.at("sm_utilization_pct"),
      columns.at("memory_utilization_pct"),
      columns.at("encoder_utilization_pct"),
      columns.at("decoder_utilization_pct")
    };
    accountingColumns = AccountingStats.COLUMNS.stream().mapToInt(columns::at).toArray();
  }

  void run(long handle, List<Instance> instances, long tick, long tsMicros, long monoNanos)
      throws IOException {
    Map<Long, Seen> processes = new LinkedHashMap<>();
    absences.answered(pidColumn);
    absences.answered(memoryColumn);
    if (instances.isEmpty()) {
      list(handle, gpu, processes);
    } else {
      for (Instance instance : instances) {
        list(instance.handle(), instance.entity(), processes);
      }
    }
    Map<Long, long[]> utilization = utilization(handle);
    boolean accounted = isAccounting(handle);
    table.frame().begin(tick, tsMicros, monoNanos);
    for (Map.Entry<Long, Seen> process : processes.entrySet()) {
      long pid = process.getKey();
      Seen seen = process.getValue();
      table.frame().row(name(seen.owner, pid));
      write(handle, pid, seen, utilization.get(pid), accounted);
    }
    table.send();
    names.keySet().retainAll(processes.keySet());
  }

  /** The entity; that it is still the same process, {@code /proc} says each time. */
  private byte[] name(String owner, long pid) {
    OptionalLong start = ProcessStart.read(root, pid);
    Name name = names.get(pid);
    if (name == null || !name.owner.equals(owner) || !name.start.equals(start)) {
      name = new Name(owner, pid, start);
      names.put(pid, name);
    }
    return name.entity;
  }

  private void list(long handle, String owner, Map<Long, Seen> processes) {
    list(handle, owner, compute, COMPUTE, processes);
    list(handle, owner, graphics, GRAPHICS, processes);
  }

  private void list(
      long handle, String owner, ProcessList list, int type, Map<Long, Seen> processes) {
    List<ProcessList.Element> elements = new ArrayList<>();
    int code = list.read(handle, elements);
    if (code != NvmlReturn.SUCCESS) {
      absences.absent(pidColumn, code, list.asked());
      return;
    }
    for (ProcessList.Element element : elements) {
      Seen seen = processes.computeIfAbsent(element.pid(), pid -> new Seen(owner));
      seen.type |= type;
      seen.memoryBytes = element.memoryBytes();
      if (element.memoryBytes() < 0) {
        absences.tooLarge(memoryColumn, element.memoryBytes(), list.asked());
      }
    }
  }

  private void write(long handle, long pid, Seen seen, long @Nullable [] used, boolean accounted) {
    RowsFrame frame = table.frame();
    frame.set(pidColumn, pid);
    frame.set(typeColumn, seen.type);
    if (seen.memoryBytes >= 0) {
      frame.set(memoryColumn, seen.memoryBytes);
    }
    if (used != null) {
      for (int i = 0; i < utilizationColumns.length; i++) {
        frame.set(utilizationColumns[i], used[i]);
      }
    }
    if (accounted) {
      accounting(handle, pid);
    }
  }

  private Map<Long, long[]> utilization(long handle) {
    Map<Long, long[]> utilization = new HashMap<>();
    int code = samples.read(handle, utilization);
    for (int column : utilizationColumns) {
      if (code == NvmlReturn.SUCCESS) {
        absences.answered(column);
      } else {
        absences.absent(column, code, UTILIZATION);
      }
    }
    return utilization;
  }

  private boolean isAccounting(long handle) {
    int code = calls.call(NvmlFunction.DEVICE_GET_ACCOUNTING_MODE, handle, scratch);
    boolean on = code == NvmlReturn.SUCCESS && memory.getInt(scratch) != 0;
    for (int column : accountingColumns) {
      if (on) {
        absences.answered(column);
      } else {
        absences.absent(
            column, code == NvmlReturn.SUCCESS ? Row.SWITCHED_OFF : code, ACCOUNTING_MODE);
      }
    }
    return on;
  }

  private void accounting(long handle, long pid) {
    int code = calls.call(NvmlFunction.DEVICE_GET_ACCOUNTING_STATS, handle, pid, scratch);
    for (int i = 0; i < accountingColumns.length; i++) {
      if (code != NvmlReturn.SUCCESS) {
        absences.absent(accountingColumns[i], code, ACCOUNTING);
        continue;
      }
      long value = AccountingStats.value(memory, scratch, i);
      if (value >= 0) {
        table.frame().set(accountingColumns[i], value);
      } else {
        absences.tooLarge(accountingColumns[i], value, ACCOUNTING);
      }
    }
  }
}
