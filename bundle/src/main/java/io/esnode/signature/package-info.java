/** Ports for signing and verifying; the formats themselves live in the signer module. */
@NullMarked
package io.esnode.signature;

import org.jspecify.annotations.NullMarked;
