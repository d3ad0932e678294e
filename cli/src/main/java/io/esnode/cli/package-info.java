/** The command line: one command per class, wiring, exit codes. The only package that prints. */
@NullMarked
package io.esnode.cli;

import org.jspecify.annotations.NullMarked;
