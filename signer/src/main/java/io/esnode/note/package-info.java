/** Signed notes and checkpoints of logs (C2SP signed-note, tlog-checkpoint), on the JDK alone. */
@NullMarked
package io.esnode.note;

import org.jspecify.annotations.NullMarked;
