/** Events and pods of this node, as the Kubernetes API tells them. */
@NullMarked
package io.esnode.kubernetes;

import org.jspecify.annotations.NullMarked;
