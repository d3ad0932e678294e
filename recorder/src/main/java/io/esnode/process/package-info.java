/** What processes belong to: rows that name pod, container, unit and job of those that have rows of numbers. */
@NullMarked
package io.esnode.process;

import org.jspecify.annotations.NullMarked;
