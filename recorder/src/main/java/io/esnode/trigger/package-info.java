/** Triggers: conditions declared before a recording starts, looked at while it runs, that mark the moment they come true. */
@NullMarked
package io.esnode.trigger;

import org.jspecify.annotations.NullMarked;
