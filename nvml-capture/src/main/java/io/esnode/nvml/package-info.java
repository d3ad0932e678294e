/** NVML as Java sees it: the port, its functions and return codes, the memory calls write into, the native library. */
@NullMarked
package io.esnode.nvml;

import org.jspecify.annotations.NullMarked;
