/** Strict JSON for evidence: duplicate keys, deep nesting and huge input refused; one canonical form written. */
@NullMarked
package io.esnode.json;

import org.jspecify.annotations.NullMarked;
