package io.esnode.capture;

/** The handle of a GPU, which changes when the GPU is reset. One thread writes, others read. */
final class Handle {
  private volatile long value;

  Handle(long value) {
    this.value = value;
  }

  long value() {
    return value;
  }

  void set(long changed) {
    value = changed;
  }
}
