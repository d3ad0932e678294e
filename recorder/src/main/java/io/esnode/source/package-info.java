/** What the recorder reads at every tick: the kernel's own files, parsed without garbage, and the clocks they are stamped with. */
@NullMarked
package io.esnode.source;

import org.jspecify.annotations.NullMarked;
