package io.esnode.capture;

/**
 * A player's call that has not come back: ends the tick of its GPU, as a native call that hangs would. Not an error, and without
 * a stack: it is thrown at every tick of a hang.
 */
final class NotReturned extends RuntimeException {
  private static final long serialVersionUID = 1;

  NotReturned() {
    super("the call has not returned", null, false, false);
  }
}
