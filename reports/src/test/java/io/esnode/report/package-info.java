@NullMarked
package io.esnode.report;

import org.jspecify.annotations.NullMarked;
