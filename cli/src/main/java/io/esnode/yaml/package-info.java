/** Strict YAML: places for every message, no tags, no anchors, unknown keys refused. */
@NullMarked
package io.esnode.yaml;

import org.jspecify.annotations.NullMarked;
