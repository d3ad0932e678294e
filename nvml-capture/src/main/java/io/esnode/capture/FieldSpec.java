package io.esnode.capture;

/**
 * A field of {@code nvmlDeviceGetFieldValues} and the column it fills.
 *
 * @param number in the header of this session; {@link #NONE} where it has no such field
 * @param scope {@code nvmlFieldValue_t.scopeId}
 */
record FieldSpec(int column, int number, int scope, Asked asked) {
  static final int NONE = -1;

  FieldSpec withScope(int other) {
    return new FieldSpec(column, number, other, asked);
  }
}
