/** Processes that the recorder starts and listens to. */
@NullMarked
package io.esnode.child;

import org.jspecify.annotations.NullMarked;
