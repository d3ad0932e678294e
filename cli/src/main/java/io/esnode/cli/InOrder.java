package io.esnode.cli;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Works on many things at once and hands the results on in the order of the things. No more than a few are begun before the
 * first of them was handed on, so memory does not grow with their number.
 */
final class InOrder {
  private final int threads;

  /** @param threads at most so many at once */
  InOrder(int threads) {
    this.threads = threads;
  }

  /**
   * Returns when all were handed on.
   *
   * @param work thread-safe; what it throws ends everything
   * @param take called by the calling thread
   */
  <T, R> void each(Iterable<T> things, Function<T, R> work, Consumer<R> take) {
    Iterator<T> rest = things.iterator();
    if (threads == 1) {
      rest.forEachRemaining(thing -> take.accept(work.apply(thing)));
      return;
    }
    ExecutorService pool = Executors.newFixedThreadPool(threads, InOrder::daemon);
    try {
      Deque<Future<R>> begun = new ArrayDeque<>();
      while (rest.hasNext() || !begun.isEmpty()) {
        while (rest.hasNext() && begun.size() < 2 * threads) {
          T thing = rest.next();
          begun.add(pool.submit(() -> work.apply(thing)));
        }
        take.accept(result(begun.remove()));
      }
    } finally {
      pool.shutdownNow();
    }
  }

  private static <R> R result(Future<R> future) {
    try {
      return future.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work, "verify");
    thread.setDaemon(true);
    return thread;
  }
}
