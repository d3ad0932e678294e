/** What the process that owns NVML tells the recorder, and how it lies on the pipe between them. */
@NullMarked
package io.esnode.wire;

import org.jspecify.annotations.NullMarked;
