package io.esnode.kernel;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One kind of line. Sees every line of the kernel once, in order; may remember. Not thread-safe. */
interface Shape {
  /**
   * What the line says; null if it is of another kind. Must take a hostile text of any length in linear time.
   *
   * @param keys of the record, see {@link KernelRecord#keys()}
   */
  @Nullable
  KernelEvent read(String text, Map<String, String> keys);
}
