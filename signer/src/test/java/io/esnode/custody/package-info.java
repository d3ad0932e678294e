@NullMarked
package io.esnode.custody;

import org.jspecify.annotations.NullMarked;
