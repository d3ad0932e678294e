/** The one part of the command line that asks somebody on the network: a time stamping authority, on demand. */
@NullMarked
package io.esnode.tsa;

import org.jspecify.annotations.NullMarked;
