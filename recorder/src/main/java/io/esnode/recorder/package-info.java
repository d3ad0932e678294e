/** The recorder's loop, and sealing what it left in the spool into one signed bundle. */
@NullMarked
package io.esnode.recorder;

import org.jspecify.annotations.NullMarked;
