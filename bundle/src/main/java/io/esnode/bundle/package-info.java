/** The bundle: one signed Parquet file, its manifest, its footer. */
@NullMarked
package io.esnode.bundle;

import org.jspecify.annotations.NullMarked;
