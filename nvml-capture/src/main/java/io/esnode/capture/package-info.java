/** The process that owns NVML: what it asks, when, of which GPU, and how it tells the recorder. */
@NullMarked
package io.esnode.capture;

import org.jspecify.annotations.NullMarked;
