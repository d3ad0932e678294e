package io.esnode.nvml;

/** NVML cannot be used at all: no library, or not one of NVML. What a call of it returns is evidence and no exception. */
public final class NvmlException extends Exception {
  private final int code;

  /** @param code what nvml.h calls this, see {@link NvmlReturn} */
  public NvmlException(int code, String message) {
    super(message);
    this.code = code;
  }

  public int code() {
    return code;
  }
}
