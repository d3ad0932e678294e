/** HTTP requests of the process that speaks HTTP, and the rows that come of them. */
@NullMarked
package io.esnode.web;

import org.jspecify.annotations.NullMarked;
