package io.esnode.capture;

import java.io.IOException;
import java.util.List;

/** Steps one after the other; a step that did not come to its end is the next one. Not thread-safe. */
final class Program {
  private final Step[] steps;
  private int next;

  /** A program at its end. */
  Program(List<Step> steps) {
    this.steps = steps.toArray(new Step[0]);
    next = this.steps.length;
  }

  boolean isDone() {
    return next == steps.length;
  }

  void restart() {
    next = 0;
  }

  /** Leaves out what comes before a step. */
  void skipTo(int step) {
    next = Math.max(next, step);
  }

  void step() throws IOException {
    steps[next].run();
    next++;
  }
}
