/** Whoever sees the seals of a recording off its node: a file on a share, a syslog server. */
@NullMarked
package io.esnode.witness;

import org.jspecify.annotations.NullMarked;
