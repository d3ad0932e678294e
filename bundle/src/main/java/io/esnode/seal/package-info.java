/** Seals of a recording that runs: chain heads, signed with a key that lives for one epoch. */
@NullMarked
package io.esnode.seal;

import org.jspecify.annotations.NullMarked;
