package io.esnode.recorder;

import java.nio.file.Path;

/**
 * A part of a recording that was frozen and sealed.
 *
 * @param sha256 of the bundle
 * @param fromTs from when and {@code toTs} until when it holds everything, µs since 1970 UTC
 */
public record Frozen(Path bundle, String sha256, long fromTs, long toTs) {}
