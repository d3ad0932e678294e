/** Timelines: the flat text a scenario comes down to, and the player that answers NVML calls from one. */
@NullMarked
package io.esnode.timeline;

import org.jspecify.annotations.NullMarked;
