package io.esnode.cli;

import java.io.IOException;
import java.lang.invoke.LambdaMetafactory;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Signals that a recording obeys besides those that end it. {@code sun.misc.Signal} of the module jdk.unsupported is looked up by
 * name: javac warns of every use, and nothing keeps it from doing so. The JVM calls each handler in a thread of its own.
 */
final class Signals {
  private static final int TTY_AFTER_STATE = 4;

  private Signals() {}

  /**
   * Obeys SIGHUP, unless it is ignored already, as under nohup(1). Where the terminal that the recording was started from has
   * gone, the signal means what it always did: end and seal.
   */
  static void onHangUp(Runnable action, Consumer<String> talk) {
    boolean terminal = hasTerminal();
    CompletableFuture<Consumer<Object>> usual = new CompletableFuture<>();
    obey(
        "HUP",
        signal -> {
          if (terminal && !hasTerminal()) {
            usual.join().accept(signal);
          } else {
            action.run();
          }
        },
        usual,
        talk);
  }

  /** Obeys SIGUSR1: HotSpot has a use for SIGUSR2. */
  static void onUser(Runnable action, Consumer<String> talk) {
    obey("USR1", signal -> action.run(), new CompletableFuture<>(), talk);
  }

  /** @param usual takes what the signal did before */
  private static void obey(
      String name,
      Consumer<Object> action,
      CompletableFuture<Consumer<Object>> usual,
      Consumer<String> talk) {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      MethodType handles = MethodType.methodType(void.class, signal);
      MethodHandle make = LambdaMetafactory.metafactory(
              lookup,
              "handle",
              MethodType.methodType(handler, Consumer.class),
              handles,
              lookup.findVirtual(
                  Consumer.class, "accept", MethodType.methodType(void.class, Object.class)),
              handles)
          .getTarget();
      Object before = signal
          .getMethod("handle", signal, handler)
          .invoke(null, signal.getConstructor(String.class).newInstance(name), make.invoke(action));
      MethodHandle handle = lookup.findVirtual(handler, "handle", handles);
      usual.complete(caught -> call(handle, before, caught));
    } catch (Throwable e) {
      // -Xrs, or a JVM without it: the signal keeps its meaning.
      talk.accept("SIG%s does nothing but what it always does here: %s".formatted(name, e));
    }
  }

  private static void call(MethodHandle handle, Object handler, Object signal) {
    try {
      handle.invoke(handler, signal);
    } catch (Throwable e) {
      throw new IllegalStateException("the handler of " + signal, e);
    }
  }

  /** Whether this process has a controlling terminal; the kernel takes it away before it tells of a hang-up. */
  private static boolean hasTerminal() {
    try {
      String stat = Files.readString(Path.of("/proc/self/stat"), StandardCharsets.ISO_8859_1);
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      return !fields[TTY_AFTER_STATE].equals("0");
    } catch (IOException e) {
      return false;
    }
  }
}
