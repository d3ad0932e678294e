package io.esnode.trigger;

/** A text that an expression may look at so often and no more: the log is hostile, and the expression may backtrack. */
final class BoundedText implements CharSequence {
  /** Of a longer line the rest is not looked at. */
  static final int LONGEST = 1024;

  /** A thousand looks at each character of the longest text: a few milliseconds. */
  private static final int STEPS = 1_000_000;

  private final String text;
  private int left = STEPS;

  /** The expression needs more steps than it has. */
  static final class TooManyStepsException extends RuntimeException {
    private static final long serialVersionUID = 1;

    TooManyStepsException() {
      super(null, null, false, false);
    }
  }

  BoundedText(String text) {
    this.text = text.length() > LONGEST ? text.substring(0, LONGEST) : text;
  }

  @Override
  public int length() {
    return text.length();
  }

  @Override
  public char charAt(int index) {
    if (left-- == 0) {
      throw new TooManyStepsException();
    }
    return text.charAt(index);
  }

  @Override
  public CharSequence subSequence(int start, int end) {
    return text.substring(start, end);
  }

  @Override
  public String toString() {
    return text;
  }
}
