/** The ledger: what an analysis found, every number of it a figure with its query. */
@NullMarked
package io.esnode.ledger;

import org.jspecify.annotations.NullMarked;
