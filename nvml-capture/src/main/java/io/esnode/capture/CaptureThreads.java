package io.esnode.capture;

import io.esnode.nvml.Nvml;
import io.esnode.nvml.NvmlFunction;
import io.esnode.wire.Message;
import io.esnode.wire.WireWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The capture as a process runs it: one thread for each GPU, one for events, one for sessions, and the caller's, which never calls
 * NVML, so that it can say what the others are stuck in. No thread can be interrupted inside NVML; the process just ends.
 */
final class CaptureThreads {
  private static final long SECOND_NANOS = 1_000_000_000;
  private static final long LOOK_NANOS = 60 * SECOND_NANOS;
  private static final long PAUSE_NANOS = 20_000_000;
  private static final long FINISH_NANOS = 250_000_000;
  private static final long STAGGER_NANOS = 1_000_000;
  private static final long ANSWER_NANOS = 5_000_000;
  private static final long NEVER = Long.MIN_VALUE;

  private final Context context;
  private final SystemClock clock;
  private final Schedule schedule;
  private final Session session;
  private final List<GpuThread> gpus = new CopyOnWriteArrayList<>();
  private final EventThread events;
  private final Thread owner = Thread.currentThread();
  private final Thread sessions;
  private volatile boolean paused;
  private volatile @Nullable String ending;

  CaptureThreads(Nvml nvml, SystemClock clock, CaptureOptions options, WireWriter out) {
    this.clock = clock;
    context = Context.of(nvml, clock, options, out);
    schedule = new Schedule(options.startMonoNanos(), options.intervalNanos());
    session = new Session(context);
    events = new EventThread();
    sessions = thread("nvml-session", this::sessions);
  }

  private static Thread thread(String name, Runnable work) {
    Thread thread = new Thread(null, work, name, 256 << 10);
    thread.setDaemon(true);
    return thread;
  }

  /** Ends the capture soon. Any thread. */
  void end(String reason) {
    ending = reason;
    LockSupport.unpark(owner);
  }

  /** Changes how often is asked. Any thread. */
  void interval(long nanos) {
    schedule.interval(nanos);
    LockSupport.unpark(owner);
    gpus.forEach(gpu -> LockSupport.unpark(gpu.thread));
  }

  /** Captures until the end is asked for; the caller's thread watches the others. */
  void run() throws IOException {
    sessions.start();
    events.thread.start();
    Pace pace = schedule.pace().withoutParts();
    long last = pace.dueNanos(pace.turn(clock.monoNanos()) - 1);
    while (ending == null) {
      pace = schedule.pace().withoutParts();
      long now = clock.monoNanos();
      long turn = pace.turn(now - lookNanos(pace));
      long due = pace.dueNanos(turn);
      long next;
      if (due <= last || turn < 0) {
        next = pace.dueNanos(Math.max(turn + 1, 0)) + lookNanos(pace);
      } else if (hasEnded(due) || now >= due + checkNanos(pace)) {
        last = due;
        int stuck = context.hangs().check(now);
        context.out().alive(pace.tick(turn), now, gpus.size(), stuck, clock.cpuNanos());
        next = pace.dueNanos(turn + 1) + lookNanos(pace);
      } else {
        next = due + checkNanos(pace);
      }
      LockSupport.parkNanos(next - clock.monoNanos());
    }
    finish(String.valueOf(ending));
  }

  /** How long after a turn began it is looked at first: when every GPU that answers has been asked. */
  private long lookNanos(Pace pace) {
    return Math.min(gpus.size() * STAGGER_NANOS + ANSWER_NANOS, checkNanos(pace));
  }

  /** How long after a turn began a GPU that is not done is late: past the deadline of its first call, before the next turn. */
  private long checkNanos(Pace pace) {
    long interval = pace.spanNanos();
    return Math.min(context.hangs().deadlineNanos() + 1_000_000, interval - interval / 10);
  }

  private boolean hasEnded(long dueNanos) {
    for (GpuThread gpu : gpus) {
      if (gpu.current && gpu.askedNanos < dueNanos) {
        return false;
      }
    }
    return true;
  }

  private void finish(String reason) throws IOException {
    long until = clock.monoNanos() + FINISH_NANOS;
    for (GpuThread gpu : gpus) {
      LockSupport.unpark(gpu.thread);
    }
    while (clock.monoNanos() < until && !gpus.stream().allMatch(gpu -> gpu.ended || isStuck(gpu))) {
      LockSupport.parkNanos(PAUSE_NANOS);
    }
    context.out().write(new Message.Bye(reason));
  }

  private boolean isStuck(GpuThread gpu) {
    Calls calls = gpu.sampler.calls();
    NvmlFunction function = calls.running();
    return function != null
        && context.hangs().isLate(function, clock.monoNanos() - calls.beganNanos());
  }

  private void sessions() {
    try {
      long looked = clock.monoNanos();
      while (ending == null) {
        if (!session.isOpen()) {
          if (!session.open()) {
            LockSupport.parkNanos(Session.RETRY_NANOS);
            continue;
          }
          start(session.gpus());
          paused = false;
          wake();
        } else if (isOver()) {
          paused = true;
          wake();
          if (isQuiet()) {
            session.close();
          } else {
            LockSupport.parkNanos(PAUSE_NANOS);
          }
        } else {
          if (clock.monoNanos() - looked >= LOOK_NANOS) {
            looked = clock.monoNanos();
            List<GpuSampler> awake = session.look();
            if (!awake.isEmpty()) {
              start(awake);
            }
          }
          LockSupport.parkNanos(looked + LOOK_NANOS - clock.monoNanos());
        }
      }
    } catch (IOException | RuntimeException e) {
      CaptureProcess.die(e);
    }
  }

  private void start(List<GpuSampler> samplers) {
    List<GpuSampler> running = new ArrayList<>();
    gpus.forEach(gpu -> running.add(gpu.sampler));
    for (GpuSampler sampler : samplers) {
      if (!running.contains(sampler)) {
        GpuThread gpu = new GpuThread(sampler, gpus.size());
        gpus.add(gpu);
        gpu.thread.start();
      }
    }
    for (GpuThread gpu : gpus) {
      gpu.current = session.gpus().contains(gpu.sampler);
    }
    events.watch(session);
  }

  private boolean isOver() {
    for (GpuThread gpu : gpus) {
      if (gpu.current && gpu.sampler.sessionCode() != 0) {
        return true;
      }
    }
    return false;
  }

  private boolean isQuiet() {
    return events.quiet && gpus.stream().allMatch(gpu -> gpu.quiet);
  }

  private void wake() {
    for (GpuThread gpu : gpus) {
      LockSupport.unpark(gpu.thread);
    }
    LockSupport.unpark(events.thread);
  }

  /** Asks one GPU, turn by turn. */
  private final class GpuThread {
    private final GpuSampler sampler;
    private final long stagger;
    private final Thread thread;
    private volatile boolean current = true;
    private volatile boolean quiet;
    private volatile boolean ended;
    /** When the last turn that was taken had been due. */
    private volatile long askedNanos = NEVER;

    GpuThread(GpuSampler sampler, int place) {
      this.sampler = sampler;
      stagger = place * STAGGER_NANOS;
      thread = thread("nvml-gpu-" + place, this::work);
    }

    private void work() {
      try {
        long lastTick = -1;
        while (ending == null) {
          if (paused || !current) {
            quiet = true;
            LockSupport.parkNanos(SECOND_NANOS);
            continue;
          }
          quiet = false;
          if (paused) {
            continue;
          }
          sampler.resume();
          Pace pace = schedule.pace();
          long shift = Math.min(stagger, pace.spanNanos() / 4);
          long turn = pace.turn(clock.monoNanos() - shift);
          long due = pace.dueNanos(turn);
          if (turn >= 0 && due > askedNanos) {
            lastTick = take(pace, turn, lastTick);
            askedNanos = due;
            if (sampler.sessionCode() != 0) {
              LockSupport.unpark(sessions);
            }
          }
          LockSupport.parkNanos(pace.dueNanos(Math.max(turn + 1, 0)) + shift - clock.monoNanos());
        }
        sampler.end();
        ended = true;
      } catch (IOException | RuntimeException e) {
        CaptureProcess.die(e);
      }
    }

    /** The first turn within a tick is the tick, however late; the others lie between. */
    private long take(Pace pace, long turn, long lastTick) throws IOException {
      long tick = pace.tick(turn);
      if (tick > lastTick) {
        sampler.tick(tick, turn / pace.parts(), pace.spanNanos());
        return tick;
      }
      if (pace.parts() > 1) {
        sampler.between(pace, turn);
      }
      return lastTick;
    }
  }

  /** To the turn that comes last within the time: the caches are warm then. */
  private int waitMillis() {
    Pace pace = schedule.pace().withoutParts();
    long now = clock.monoNanos();
    long last = pace.turn(now + HangBook.EVENT_WAIT_MILLIS * 1_000_000L);
    long millis = (pace.dueNanos(last) - now) / 1_000_000 + 1;
    return millis < HangBook.EVENT_WAIT_MILLIS / 2 || millis > HangBook.EVENT_WAIT_MILLIS
        ? HangBook.EVENT_WAIT_MILLIS
        : (int) millis;
  }

  /** Waits for events. */
  private final class EventThread {
    private final Thread thread = thread("nvml-events", this::work);
    private final Calls calls;
    private final long scratch;
    private volatile @Nullable EventWatch next;
    private volatile boolean quiet = true;

    EventThread() {
      calls = new Calls(context, Notes.NODE, "event");
      context.hangs().watch(calls);
      scratch = context.nvml().memory().allocate(EventWatch.SCRATCH_BYTES);
    }

    void watch(Session of) {
      next = new EventWatch(context, calls, scratch, of.plan(), of.gpus());
      LockSupport.unpark(thread);
    }

    private void work() {
      try {
        EventWatch watch = null;
        while (ending == null) {
          EventWatch now = next;
          if (paused || now == null) {
            if (watch != null) {
              watch.close();
              watch = null;
            }
            quiet = true;
            LockSupport.parkNanos(SECOND_NANOS);
            continue;
          }
          quiet = false;
          if (paused) {
            continue;
          }
          if (watch != null && watch != now) {
            watch.close();
          }
          watch = now;
          watch.await(waitMillis());
          if (watch.isFailing()) {
            LockSupport.parkNanos(SECOND_NANOS);
          }
        }
      } catch (IOException | RuntimeException e) {
        CaptureProcess.die(e);
      }
    }
  }
}
