package io.esnode.remote;

import io.esnode.child.ListenedProcess;
import io.esnode.kernel.Pseudonyms;
import io.esnode.kernel.RowSink;
import io.esnode.source.CaptureProcessSource;
import io.esnode.source.Clock;
import io.esnode.source.Moment;
import io.esnode.spool.TextRow;
import io.esnode.wire.Message;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the process that speaks HTTP running: replaces one that died or fell silent, later and later, tells it when its token
 * has rotated, and writes down every such thing. No class of an HTTP or TLS client is loaded here. A thread of its own
 * decides.
 */
public final class RemoteSources implements AutoCloseable {
  private static final Duration DRAIN = Duration.ofMillis(200);

  /** A process that lived so long was well: the one after it is not made to wait. */
  private static final Duration WELL = Duration.ofMinutes(1);

  private final RemoteChoice choice;
  private final RemoteLauncher launcher;
  private final RemoteTiming timing;
  private final Briefing briefing;
  private final Clock clock;
  private final RowSink sink;
  private final CaptureProcessSource cost;
  private final Thread supervisor;
  private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();

  /** Guards the rows, and whose messages count. */
  private final Object spooling = new Object();

  private final RemoteRows rows;
  private @Nullable ListenedProcess current;
  private boolean closed;

  // Supervisor only.
  private @Nullable ListenedProcess child;
  private long notBefore = System.nanoTime();
  private Duration backOff;
  private @Nullable String down;
  private long downTs;
  private boolean closing;

  private sealed interface Event {}

  private record Ended(ListenedProcess process) implements Event {}

  private record Close() implements Event {}

  /**
   * Sources about to start.
   *
   * @param start of the recording
   * @param cost follows the process that runs
   */
  public RemoteSources(
      RemoteChoice choice,
      RemoteLauncher launcher,
      RemoteTiming timing,
      Clock clock,
      Moment start,
      Pseudonyms names,
      CaptureProcessSource cost,
      RowSink sink) {
    this.choice = choice;
    this.launcher = launcher;
    this.timing = timing;
    this.briefing = new Briefing(choice, timing.tokenLook());
    this.clock = clock;
    this.sink = sink;
    this.cost = cost;
    this.backOff = timing.firstBackOff();
    RemoteChoice.Cluster cluster = choice.cluster();
    this.rows = new RemoteRows(
        clock, start, sink, names, choice.endpoints(), cluster == null ? "" : cluster.node());
    this.supervisor = new Thread(this::run, "remote-sources");
    supervisor.setDaemon(true);
  }

  /** Addresses as they are recorded, in their order. */
  public static List<String> shown(RemoteChoice choice, Pseudonyms names) {
    return choice.endpoints().stream().map(uri -> RemoteRows.shown(uri, names)).toList();
  }

  /** The API server's address as it is recorded. */
  public static String shown(RemoteChoice.Cluster cluster, Pseudonyms names) {
    return RemoteRows.shown(cluster.api(), names);
  }

  /** Starts the first process. */
  public void start() {
    supervisor.start();
  }

  /** Ends the process and its rows; waits a little, and not at all for one that cannot be killed. */
  @Override
  public void close() {
    events.add(new Close());
    try {
      supervisor.join(
          timing.quit().plus(timing.kill()).plus(DRAIN.multipliedBy(2)).toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    synchronized (spooling) {
      closed = true;
      current = null;
    }
  }

  private void run() {
    try {
      while (!closing) {
        if (child == null && System.nanoTime() - notBefore >= 0) {
          startChild();
        }
        Event event = events.poll(patience(), TimeUnit.NANOSECONDS);
        if (event != null) {
          handle(event);
        } else {
          endIfSilent();
          if (child != null) {
            briefing.lookAtToken(child);
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      cost.follow(0);
    }
  }

  private long patience() {
    long now = System.nanoTime();
    ListenedProcess running = child;
    if (running == null) {
      return Math.max(0, notBefore - now);
    }
    long silent = running.heardNanos() + timing.silence().toNanos() - now;
    return Math.max(0, Math.min(silent, briefing.tokenDue() - now));
  }

  private void handle(Event event) throws InterruptedException {
    ListenedProcess running = child;
    if (event instanceof Ended ended) {
      if (running != null && running.equals(ended.process())) {
        running.end(timing.quit(), timing.kill());
        over(running, running.isAlive() ? "the HTTP process closed its output" : running.verdict());
        later(running);
      }
      return;
    }
    closing = true;
    if (running != null) {
      if (running.end(timing.quit(), timing.kill())) {
        running.drain(DRAIN);
      }
      over(running, null);
    }
  }

  private void startChild() throws InterruptedException {
    ListenedProcess started;
    try {
      String orders = briefing.orders();
      started = new ListenedProcess(
          launcher.start(),
          "HTTP process",
          "remote",
          this::heard,
          ended -> events.add(new Ended(ended)));
      child = started;
      synchronized (spooling) {
        current = started;
      }
      cost.follow(started.pid());
      started.listen();
      audit("remote.started", "success", "process " + started.pid());
      started.tell(orders);
    } catch (IOException e) {
      // One that was started and does not listen is ending: its status says why.
      if (child == null) {
        lost("the HTTP process could not be started: " + e.getMessage());
        later(null);
      }
    }
  }

  /** Reading thread. */
  private void heard(Message message) {
    synchronized (spooling) {
      if (current == null || closed) {
        return;
      }
      if (message instanceof Message.Note note) {
        rows.accept(note);
      } else if (message instanceof Message.Alive) {
        found();
      }
    }
  }

  private void endIfSilent() throws InterruptedException {
    ListenedProcess running = child;
    if (running == null
        || System.nanoTime() - running.heardNanos() < timing.silence().toNanos()) {
      return;
    }
    running.end(timing.quit(), timing.kill());
    over(
        running,
        "the HTTP process gave no sign of life for %d ms"
            .formatted(timing.silence().toMillis()));
    later(running);
  }

  /** @param why null where it was ended because the recording ends */
  private void over(ListenedProcess ended, @Nullable String why) {
    child = null;
    cost.follow(0);
    ended.abandon();
    synchronized (spooling) {
      current = null;
      rows.over();
    }
    if (why != null) {
      lost(why);
    }
    audit(
        "remote.ended",
        why == null ? "success" : "failure",
        "process %d: %s".formatted(ended.pid(), why == null ? "as asked" : why));
  }

  private void later(@Nullable ListenedProcess ended) {
    if (ended != null && System.nanoTime() - ended.startedNanos() > WELL.toNanos()) {
      backOff = timing.firstBackOff();
    }
    notBefore = System.nanoTime() + backOff.toNanos();
    Duration twice = backOff.multipliedBy(2);
    backOff = twice.compareTo(timing.lastBackOff()) > 0 ? timing.lastBackOff() : twice;
  }

  /** Opens the gap; where there is one already, its cause stays the first. */
  private void lost(String why) {
    synchronized (spooling) {
      if (down == null) {
        down = rows.text(why);
        downTs = clock.now().tsMicros();
        gap(down, null);
      }
    }
  }

  /** It speaks again. */
  private void found() {
    String why = down;
    if (why != null) {
      gap(why, Math.max(downTs, clock.now().tsMicros()));
      down = null;
    }
  }

  private void gap(String why, @Nullable Long toTs) {
    Map<String, Long> numbers = new HashMap<>(Map.of("from_ts", downTs));
    if (toTs != null) {
      numbers.put("to_ts", toTs);
    }
    for (String metric : choice.metrics()) {
      sink.row(
          new TextRow(
              "gap",
              "node",
              RemoteRows.SOURCE,
              "live",
              null,
              downTs,
              Map.of("metric", metric, "reason", why),
              numbers),
          clock.now().monoNanos());
    }
  }

  private void audit(String action, String outcome, String detail) {
    synchronized (spooling) {
      if (closed) {
        return;
      }
      Moment now = clock.now();
      sink.row(
          new TextRow(
              "audit",
              "node",
              RemoteRows.SOURCE,
              "live",
              null,
              now.tsMicros(),
              Map.of("action", action, "outcome", outcome, "detail", rows.text(detail)),
              Map.of()),
          now.monoNanos());
    }
  }
}
