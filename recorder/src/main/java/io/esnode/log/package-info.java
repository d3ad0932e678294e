/** Logs beside the kernel's: the Linux audit log, audit records in JSON, the systemd journal. */
@NullMarked
package io.esnode.log;

import org.jspecify.annotations.NullMarked;
