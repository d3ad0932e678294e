/**
 * Certificates and log entries of Sigstore bundles, verified offline by a pinned trusted root: no network, no TUF, no root that
 * nobody gave. The only place that uses sigstore-java ({@code docs/decisions/0008-sigstore-java-cut-down.md}).
 */
@NullMarked
package io.esnode.keyless;

import org.jspecify.annotations.NullMarked;
