package io.esnode.capture;

import io.esnode.nvml.NativeMemory;
import io.esnode.nvml.NvmlFunction;
import io.esnode.nvml.NvmlReturn;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The MIG devices of one GPU: rows of the table {@code gpu} with their memory. Not thread-safe. */
final class Instances {
  /** No GPU has more compute instances. */
  private static final int MAX_DEVICES = 16;

  private static final int TEXT_BYTES = 96;

  private final Calls calls;
  private final NativeMemory memory;
  private final GpuTable table;
  private final Notes notes;
  private final String gpu;
  private final List<Shape> memoryShapes;
  private final long scratch;
  private final List<Instance> instances = new ArrayList<>();

  Instances(Calls calls, Arena arena, Plan plan, GpuTable table, Notes notes, String gpu) {
    this.calls = calls;
    this.table = table;
    this.notes = notes;
    this.gpu = gpu;
    memory = calls.memory();
    memoryShapes = plan.queries(Plan.GPU).stream()
        .map(Plan.QuerySpec::shapes)
        .filter(shapes -> shapes.get(0).function() == NvmlFunction.DEVICE_GET_MEMORY_INFO_V2)
        .findFirst()
        .orElseThrow();
    scratch = arena.allocate(TEXT_BYTES);
  }

  List<Instance> list() {
    return instances;
  }

  /** Looks which there are now. */
  void refresh(long device, boolean isOn) throws IOException {
    List<Instance> now = new ArrayList<>();
    List<Instance> added = new ArrayList<>();
    for (int index = 0; isOn && index < MAX_DEVICES; index++) {
      int code =
          calls.call(NvmlFunction.DEVICE_GET_MIG_DEVICE_HANDLE_BY_INDEX, device, index, scratch);
      if (code == NvmlReturn.INVALID_ARGUMENT || code == NvmlReturn.FUNCTION_NOT_FOUND) {
        break;
      }
      if (code != NvmlReturn.SUCCESS) {
        continue;
      }
      long handle = memory.getLong(scratch);
      String entity = entity(handle);
      if (entity == null) {
        continue;
      }
      Instance known = find(entity, handle);
      if (known == null) {
        Row row = table.add(entity);
        known = new Instance(entity, handle, row, new Query(calls, scratch, memoryShapes, 0));
        added.add(known);
      }
      now.add(known);
    }
    for (Instance old : instances) {
      if (!now.contains(old)) {
        table.remove(old.row());
      }
    }
    instances.clear();
    instances.addAll(now);
    for (Instance instance : added) {
      describe(instance);
    }
  }

  private @Nullable Instance find(String entity, long handle) {
    for (Instance instance : instances) {
      if (instance.handle() == handle && instance.entity().equals(entity)) {
        return instance;
      }
    }
    return null;
  }

  private @Nullable String entity(long handle) {
    int code = calls.call(NvmlFunction.DEVICE_GET_GPU_INSTANCE_ID, handle, scratch);
    if (code != NvmlReturn.SUCCESS) {
      return null;
    }
    long gpuInstance = memory.getUnsignedInt(scratch);
    code = calls.call(NvmlFunction.DEVICE_GET_COMPUTE_INSTANCE_ID, handle, scratch);
    return code == NvmlReturn.SUCCESS
        ? "%s/%s/%s".formatted(gpu, gpuInstance, memory.getUnsignedInt(scratch))
        : null;
  }

  private void describe(Instance instance) throws IOException {
    Map<String, String> facts = new TreeMap<>();
    if (calls.call(NvmlFunction.DEVICE_GET_UUID, instance.handle(), scratch, TEXT_BYTES)
        == NvmlReturn.SUCCESS) {
      facts.put("mig.uuid", memory.text(scratch, TEXT_BYTES));
    }
    if (calls.call(NvmlFunction.DEVICE_GET_NAME, instance.handle(), scratch, TEXT_BYTES)
        == NvmlReturn.SUCCESS) {
      facts.put("mig.name", memory.text(scratch, TEXT_BYTES));
    }
    if (calls.call(NvmlFunction.DEVICE_GET_ATTRIBUTES_V2, instance.handle(), scratch)
        == NvmlReturn.SUCCESS) {
      facts.put("mig.multiprocessors", Long.toString(memory.getUnsignedInt(scratch)));
      facts.put("mig.gpu_instance_slices", Long.toString(memory.getUnsignedInt(scratch + 24)));
      facts.put("mig.compute_instance_slices", Long.toString(memory.getUnsignedInt(scratch + 28)));
      facts.put("mig.memory_mb", Long.toUnsignedString(memory.getLong(scratch + 32)));
    }
    for (Map.Entry<String, String> fact : facts.entrySet()) {
      notes.inventory(instance.entity(), fact.getKey(), fact.getValue());
    }
  }

  /** Adds a row for each to the frame of the table. */
  void run() {
    for (int i = 0; i < instances.size(); i++) {
      Instance instance = instances.get(i);
      instance.row().begin();
      instance.memory().run(instance.handle(), instance.row());
    }
  }
}
