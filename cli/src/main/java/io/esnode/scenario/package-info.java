/** Incidents that were written, not recorded: the language of scenarios, their physics, and the timelines they come down to. */
@NullMarked
package io.esnode.scenario;

import org.jspecify.annotations.NullMarked;
