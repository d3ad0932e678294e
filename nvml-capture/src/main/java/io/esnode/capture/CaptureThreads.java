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
    long last = schedule.turn(clock.monoNanos()) - 1;
    while (ending == null) {
      long now = clock.monoNanos();
      long turn = schedule.turn(now - lookNanos());
      long next;
      if (turn <= last || turn < 0) {
        next = schedule.dueNanos(Math.max(last + 1, 0)) + lookNanos();
      } else if (hasEnded(turn) || now >= schedule.dueNanos(turn) + checkNanos()) {
        last = turn;
        int stuck = context.hangs().check(now);
        context.out().alive(schedule.tick(turn), now, gpus.size(), stuck, clock.cpuNanos());
        next = schedule.dueNanos(turn + 1) + lookNanos();
      } else {
        next = schedule.dueNanos(turn) + checkNanos();
      }
      LockSupport.parkNanos(next - clock.monoNanos());
    }
    finish(String.valueOf(ending));
  }

  /** How long after a turn began it is looked at first: when every GPU that answers has been asked. */
  private long lookNanos() {
    return Math.min(gpus.size() * STAGGER_NANOS + ANSWER_NANOS, checkNanos());
  }

  /** How long after a turn began a GPU that is not done is late: past the deadline of its first call, before the next turn. */
  private long checkNanos() {
    long interval = schedule.intervalNanos();
    return Math.min(context.hangs().deadlineNanos() + 1_000_000, interval - interval / 10);
  }

  private boolean hasEnded(long turn) {
    for (GpuThread gpu : gpus) {
      if (gpu.current && gpu.asked < turn) {
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
    private volatile long asked = -1;

    GpuThread(GpuSampler sampler, int place) {
      this.sampler = sampler;
      stagger = place * STAGGER_NANOS;
      thread = thread("nvml-gpu-" + place, this::work);
    }

    private void work() {
      try {
        long last = -1;
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
          long interval = schedule.intervalNanos();
          long shift = Math.min(stagger, interval / 4);
          long turn = schedule.turn(clock.monoNanos() - shift);
          if (turn > last && turn >= 0) {
            last = turn;
            sampler.tick(schedule.tick(turn), turn, interval);
            asked = turn;
            if (sampler.sessionCode() != 0) {
              LockSupport.unpark(sessions);
            }
          } else if (turn < last) {
            last = turn;
            asked = turn;
          }
          LockSupport.parkNanos(schedule.dueNanos(last + 1) + shift - clock.monoNanos());
        }
        sampler.end();
        ended = true;
      } catch (IOException | RuntimeException e) {
        CaptureProcess.die(e);
      }
    }
  }

  /** To the turn that comes last within the time: the caches are warm then. */
  private int waitMillis() {
    long now = clock.monoNanos();
    long last = schedule.turn(now + HangBook.EVENT_WAIT_MILLIS * 1_000_000L);
    long millis = (schedule.dueNanos(last) - now) / 1_000_000 + 1;
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
