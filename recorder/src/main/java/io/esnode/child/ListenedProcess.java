package io.esnode.child;

import io.esnode.wire.Message;
import io.esnode.wire.WireReader;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A process that sends messages, and the two threads that listen to it. Thread-safe. */
public class ListenedProcess {
  private static final int KEPT_LINES = 3;
  private static final int KEPT_LINE_CHARS = 200;
  private static final int SIGNAL_BASE = 128;

  private final Process process;
  private final String what;
  private final String threads;
  private final Consumer<Message> messages;
  private final Consumer<ListenedProcess> ended;
  private volatile List<Thread> listening = List.of();
  private final Deque<String> lastLines = new ArrayDeque<>();
  private final long startedNanos = System.nanoTime();
  private volatile long heardNanos = startedNanos;
  private volatile @Nullable String goodbye;
  private volatile @Nullable String garbage;
  private volatile boolean abandoned;

  /**
   * Listens from {@link #listen} on.
   *
   * @param what it is called in words, e.g. {@code capture process}
   * @param threads what the names of its threads begin with
   * @param messages takes every message on the reading thread
   * @param ended called on the reading thread when nothing more can come
   */
  public ListenedProcess(
      Process process,
      String what,
      String threads,
      Consumer<Message> messages,
      Consumer<ListenedProcess> ended) {
    this.process = process;
    this.what = what;
    this.threads = threads;
    this.messages = messages;
    this.ended = ended;
  }

  /** Begins to listen; once. */
  public void listen() {
    Thread complaints = new Thread(this::keepLastLines, threads + "-stderr");
    Thread reader = new Thread(
        () -> {
          read(messages);
          ended.accept(this);
        },
        threads + "-reader");
    listening = List.of(reader, complaints);
    for (Thread thread : List.of(complaints, reader)) {
      thread.setDaemon(true);
      thread.start();
    }
  }

  public long pid() {
    return process.pid();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** {@link System#nanoTime} when it last said something, or was started. */
  public long heardNanos() {
    return heardNanos;
  }

  public long startedNanos() {
    return startedNanos;
  }

  /** Its last words; null where it said none. */
  public @Nullable String goodbye() {
    return goodbye;
  }

  /** Whatever it still says is not listened to. */
  public void abandon() {
    abandoned = true;
  }

  public boolean abandoned() {
    return abandoned;
  }

  /**
   * Asks it to end, kills it if it does not, and waits no longer than told: one in uninterruptible sleep is left alone.
   *
   * @return whether it is gone
   */
  public boolean end(Duration quit, Duration kill) throws InterruptedException {
    askToQuit();
    if (!process.waitFor(quit.toNanos(), TimeUnit.NANOSECONDS)) {
      process.destroyForcibly();
      if (!process.waitFor(kill.toNanos(), TimeUnit.NANOSECONDS)) {
        abandon();
        return false;
      }
    }
    return true;
  }

  /**
   * Says one line. More than a pipe holds, some 64 KiB, would wait for a process that does not read.
   *
   * @throws IOException if it has closed its input
   */
  public void tell(String line) throws IOException {
    OutputStream commands = process.getOutputStream();
    commands.write((line + "\n").getBytes(StandardCharsets.UTF_8));
    commands.flush();
  }

  /** Waits for what is still in the pipe. */
  public void drain(Duration most) throws InterruptedException {
    for (Thread thread : listening) {
      thread.join(most.toMillis());
    }
  }

  private void askToQuit() {
    // Its input stays open: the end of it says that the recorder is dead, and nothing is waited for
    // then.
    OutputStream commands = process.getOutputStream();
    try {
      commands.write("quit\n".getBytes(StandardCharsets.US_ASCII));
      commands.flush();
    } catch (IOException e) {
      // It has closed its end: it is ending, or dead.
      return;
    }
  }

  /** How it ended, in words; it has. */
  public String verdict() {
    StringBuilder words = new StringBuilder();
    String broken = garbage;
    if (broken != null) {
      words.append(broken).append("; ");
    }
    int status = process.exitValue();
    words.append("the ").append(what).append(" ended with status ").append(status);
    if (status > SIGNAL_BASE) {
      words.append(" (signal ").append(status - SIGNAL_BASE).append(')');
    }
    String tail = lastLines();
    return tail.isEmpty() ? words.toString() : words.append(": ").append(tail).toString();
  }

  private void read(Consumer<Message> messages) {
    try {
      WireReader in = new WireReader(Channels.newChannel(process.getInputStream()));
      for (Message message = in.next(); message != null && !abandoned; message = in.next()) {
        heardNanos = System.nanoTime();
        if (message instanceof Message.Bye bye) {
          goodbye = bye.reason();
        }
        messages.accept(message);
      }
    } catch (IOException e) {
      // A process that was killed stops in the middle of a message; its status says the rest.
      garbage = "its messages broke off: " + e.getMessage();
    }
  }

  private void keepLastLines() {
    try (BufferedReader lines = new BufferedReader(
        new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        synchronized (lastLines) {
          if (lastLines.size() == KEPT_LINES) {
            lastLines.removeFirst();
          }
          lastLines.addLast(line.substring(0, Math.min(line.length(), KEPT_LINE_CHARS)));
        }
      }
    } catch (IOException e) {
      // It was killed; what it said until then is kept.
      return;
    }
  }

  private String lastLines() {
    synchronized (lastLines) {
      return String.join(" | ", lastLines);
    }
  }
}
