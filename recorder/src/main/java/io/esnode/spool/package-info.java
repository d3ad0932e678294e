/** The spool: what a recorder has written so far, readable after any crash ({@code docs/format/spool.md}). */
@NullMarked
package io.esnode.spool;

import org.jspecify.annotations.NullMarked;
