/** Merkle trees of append-only logs (RFC 6962 section 2.1), on the JDK alone. */
@NullMarked
package io.esnode.merkle;

import org.jspecify.annotations.NullMarked;
