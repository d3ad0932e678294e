/** Metrics that an application exposes as text: Prometheus exposition format 0.0.4 and OpenMetrics 1.0. */
@NullMarked
package io.esnode.exposition;

import org.jspecify.annotations.NullMarked;
