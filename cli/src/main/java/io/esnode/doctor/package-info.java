/** What can and cannot be recorded on a machine, why, and the line that would change it. Reads, never writes. */
@NullMarked
package io.esnode.doctor;

import org.jspecify.annotations.NullMarked;
