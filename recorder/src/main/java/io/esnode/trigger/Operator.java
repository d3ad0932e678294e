package io.esnode.trigger;

/** How a value is compared. */
enum Operator {
  // Those of two characters first: the parser takes the first that fits.
  AT_LEAST(">="),
  AT_MOST("<="),
  EQUAL("=="),
  NOT_EQUAL("!="),
  ABOVE(">"),
  BELOW("<"),
  ANY_BIT("&");

  private final String sign;

  Operator(String sign) {
    this.sign = sign;
  }

  String sign() {
    return sign;
  }

  boolean holds(long value, long limit) {
    return this == ANY_BIT ? (value & limit) != 0 : holds(Long.compare(value, limit));
  }

  /** For rates, which have no bits. */
  boolean holds(double value, double limit) {
    return holds(Double.compare(value, limit));
  }

  private boolean holds(int order) {
    return switch (this) {
      case AT_LEAST -> order >= 0;
      case AT_MOST -> order <= 0;
      case EQUAL -> order == 0;
      case NOT_EQUAL -> order != 0;
      case ABOVE -> order > 0;
      case BELOW -> order < 0;
      case ANY_BIT -> false;
    };
  }
}
