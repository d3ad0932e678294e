/** What a site asks of evidence before it lets it through: the language of policies, and how they judge. */
@NullMarked
package io.esnode.policy;

import org.jspecify.annotations.NullMarked;
