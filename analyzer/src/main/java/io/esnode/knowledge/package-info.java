/** Published knowledge as tables: what an XID means, which limits somebody stated, and where that is written. */
@NullMarked
package io.esnode.knowledge;

import org.jspecify.annotations.NullMarked;
