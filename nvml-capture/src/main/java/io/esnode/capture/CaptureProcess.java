package io.esnode.capture;

/** The capture process. */
public final class CaptureProcess {
  private CaptureProcess() {}

  public static void main(String[] args) {}
}
