/** The recorder's side of GPU capture: supervises the process that owns NVML and spools what it says. */
@NullMarked
package io.esnode.gpu;

import org.jspecify.annotations.NullMarked;
