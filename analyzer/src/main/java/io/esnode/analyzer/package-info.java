/** From verified bundles to the ledger: confined DuckDB, views over the files' own schema, rules, charts. */
@NullMarked
package io.esnode.analyzer;

import org.jspecify.annotations.NullMarked;
