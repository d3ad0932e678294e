/** The unprivileged process that speaks HTTP, and what the recorder makes of what it says. */
@NullMarked
package io.esnode.remote;

import org.jspecify.annotations.NullMarked;
