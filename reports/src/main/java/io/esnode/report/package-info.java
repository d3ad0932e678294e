/** HTML and PDF from a ledger: templates, charts, fonts. Knows no query engine and no bundle file. */
@NullMarked
package io.esnode.report;

import org.jspecify.annotations.NullMarked;
