package io.esnode.timeline;

import java.util.Arrays;

/** A growing array of numbers. */
final class LongList {
  private long[] numbers = new long[4];
  private int size;

  void add(long number) {
    if (size == numbers.length) {
      numbers = Arrays.copyOf(numbers, size * 2);
    }
    numbers[size++] = number;
  }

  int size() {
    return size;
  }

  /** The numbers in a given order of their places. */
  long[] in(int[] order) {
    long[] ordered = new long[size];
    for (int i = 0; i < size; i++) {
      ordered[i] = numbers[order[i]];
    }
    return ordered;
  }

  /** The places of the numbers in ascending order; equal ones stay as they are. */
  int[] ascending() {
    boolean sorted = true;
    for (int i = 1; i < size && sorted; i++) {
      sorted = numbers[i - 1] <= numbers[i];
    }
    int[] order = new int[size];
    if (sorted) {
      Arrays.setAll(order, i -> i);
      return order;
    }
    Integer[] places = new Integer[size];
    Arrays.setAll(places, i -> i);
    Arrays.sort(places, (a, b) -> Long.compare(numbers[a], numbers[b]));
    Arrays.setAll(order, i -> places[i]);
    return order;
  }

  /** The last place in an ascending array that is not above a number, -1 where there is none. */
  static int floor(long[] ascending, long number) {
    int low = 0;
    int high = ascending.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (ascending[middle] <= number) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low - 1;
  }

  /** For each place the largest number up to there. */
  static long[] largestSoFar(long[] numbers) {
    long[] largest = numbers.clone();
    for (int i = 1; i < largest.length; i++) {
      largest[i] = Math.max(largest[i - 1], largest[i]);
    }
    return largest;
  }
}
