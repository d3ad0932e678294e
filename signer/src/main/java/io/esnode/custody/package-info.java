/** Through whose hands an artefact went: a signed log beside it ({@code docs/format/custody.md}). */
@NullMarked
package io.esnode.custody;

import org.jspecify.annotations.NullMarked;
