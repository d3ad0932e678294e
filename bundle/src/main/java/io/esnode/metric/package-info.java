/** The metric registry: every column of the evidence format with its unit, kind and source. */
@NullMarked
package io.esnode.metric;

import org.jspecify.annotations.NullMarked;
