package io.esnode.nvml;

/**
 * The NVIDIA Management Library, function by function as its header has it. Two implementations: the native library, and a
 * player of timelines that answers in the same structs, so that everything above this port runs for both.
 *
 * <p>Thread-safe, as NVML is; the memory that arguments point to belongs to the thread that calls.
 */
public interface Nvml extends AutoCloseable {
  /** {@link #call} of a player whose function has not come back: the moment at which a native thread would hang. */
  int NOT_RETURNED = -1;

  /** Whether the library has the symbol. */
  boolean has(NvmlFunction function);

  /**
   * Calls a function. Allocates nothing.
   *
   * @param function which
   * @param a first argument: a handle, a number, or an address in {@link #memory()}; the others likewise, in the order of
   *     the header. An {@code unsigned int} takes the low 32 bits. What the function does not have is ignored.
   * @return nvmlReturn_t; {@link NvmlReturn#FUNCTION_NOT_FOUND} where {@link #has} is false
   */
  int call(NvmlFunction function, long a, long b, long c, long d, long e, long f);

  default int call(NvmlFunction function) {
    return call(function, 0, 0, 0, 0, 0, 0);
  }

  default int call(NvmlFunction function, long a) {
    return call(function, a, 0, 0, 0, 0, 0);
  }

  default int call(NvmlFunction function, long a, long b) {
    return call(function, a, b, 0, 0, 0, 0);
  }

  default int call(NvmlFunction function, long a, long b, long c) {
    return call(function, a, b, c, 0, 0, 0);
  }

  default int call(NvmlFunction function, long a, long b, long c, long d) {
    return call(function, a, b, c, d, 0, 0);
  }

  /** How much longer the calls so far have taken than clocks show, ns: a player's delays take no time. */
  default long delayedNanos() {
    return 0;
  }

  /** Where arguments live that are passed by address. */
  NativeMemory memory();

  /** The file that answers: the library's real path, or the timeline's. */
  String path();

  /** Unloads nothing: a library stays mapped until its process ends. */
  @Override
  void close();
}
