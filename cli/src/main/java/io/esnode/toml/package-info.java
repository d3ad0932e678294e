/** Configuration files: a reader of TOML that knows the line of every value. */
@NullMarked
package io.esnode.toml;

import org.jspecify.annotations.NullMarked;
