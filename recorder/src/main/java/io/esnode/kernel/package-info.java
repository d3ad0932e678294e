/** The kernel log: records of {@code /dev/kmsg}, what they say about GPUs and their host, names in them made tokens. */
@NullMarked
package io.esnode.kernel;

import org.jspecify.annotations.NullMarked;
