package io.esnode.capture;

import io.esnode.nvml.NativeMemory;
import io.esnode.nvml.NativeNvml;
import io.esnode.nvml.Nvml;
import io.esnode.nvml.NvmlException;
import io.esnode.nvml.NvmlFunction;
import io.esnode.nvml.NvmlReturn;
import org.jspecify.annotations.Nullable;

/**
 * A library that need not be there yet: every initialisation tries to load it, and answers with the code of the failure where it
 * cannot be. So a driver that is installed while a recording runs is followed. Thread-safe.
 */
final class LateNvml implements Nvml {
  /** For 64 GPUs with thousands of processes. */
  private static final int MEMORY_BYTES = 16 << 20;

  /** Of its own memory, which calls do not use. */
  private static final int LIBRARY_MEMORY_BYTES = 64;

  private final String name;
  private final NativeMemory memory;
  private volatile @Nullable NativeNvml library;
  private volatile String failure = "";

  /** @param name a soname or a file, as {@link NativeNvml#load} takes it */
  LateNvml(String name) {
    this.name = name;
    memory = NativeNvml.reserve(MEMORY_BYTES);
    load();
  }

  private synchronized int load() {
    if (library != null) {
      return NvmlReturn.SUCCESS;
    }
    try {
      library = NativeNvml.load(name, LIBRARY_MEMORY_BYTES);
      failure = "";
      return NvmlReturn.SUCCESS;
    } catch (NvmlException e) {
      failure = String.valueOf(e.getMessage());
      return e.code();
    }
  }

  /** Why it is not loaded; empty where it is. */
  String failure() {
    return failure;
  }

  @Override
  public boolean has(NvmlFunction function) {
    NativeNvml loaded = library;
    return loaded != null && loaded.has(function);
  }

  @Override
  public int call(NvmlFunction function, long a, long b, long c, long d, long e, long f) {
    NativeNvml loaded = library;
    if (loaded != null) {
      return loaded.call(function, a, b, c, d, e, f);
    }
    boolean begins = function == NvmlFunction.INIT_V2 || function == NvmlFunction.INIT_WITH_FLAGS;
    if (!begins) {
      return NvmlReturn.UNINITIALIZED;
    }
    int code = load();
    return code == NvmlReturn.SUCCESS ? call(function, a, b, c, d, e, f) : code;
  }

  @Override
  public NativeMemory memory() {
    return memory;
  }

  @Override
  public String path() {
    NativeNvml loaded = library;
    return loaded == null ? name : loaded.path();
  }

  @Override
  public void close() {
    // a mapped library stays
  }
}
