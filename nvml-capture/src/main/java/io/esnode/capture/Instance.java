package io.esnode.capture;

/**
 * A MIG device.
 *
 * @param entity {@code gpu:UUID/GI/CI}
 * @param memory asks for its memory
 */
record Instance(String entity, long handle, Row row, Query memory) {}
