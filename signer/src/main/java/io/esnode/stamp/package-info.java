/** Time stamps (RFC 3161), asked for and verified offline, with BouncyCastle. No network. */
@NullMarked
package io.esnode.stamp;

import org.jspecify.annotations.NullMarked;
