/** What a host is made of and how it is guarded: looked at now and then, recorded when it changes. */
@NullMarked
package io.esnode.inventory;

import org.jspecify.annotations.NullMarked;
