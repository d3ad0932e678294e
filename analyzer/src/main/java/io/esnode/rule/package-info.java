/** Rules: SQL files with a header that says what they need, what they look for and how they explain it. */
@NullMarked
package io.esnode.rule;

import org.jspecify.annotations.NullMarked;
