package io.esnode.capture;

import io.esnode.nvml.Nvml;
import io.esnode.wire.Message;
import io.esnode.wire.WireWriter;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The capture on one thread and a clock that its caller moves: for simulations, and for comparing two players of a timeline. Asks
 * the same in the same order as the capture process, GPU by GPU. Not thread-safe.
 */
public final class SteppedCapture {
  private static final long LOOK_NANOS = 60_000_000_000L;

  private final Context context;
  private final WireWriter out;
  private final Session session;
  private final Calls eventCalls;
  private final long eventScratch;
  private @Nullable EventWatch events;
  private long tried = Long.MIN_VALUE;
  private long looked;

  public SteppedCapture(Nvml nvml, CaptureClock clock, CaptureOptions options, WireWriter out) {
    this.out = out;
    context = Context.of(nvml, clock, options, out);
    session = new Session(context);
    eventCalls = new Calls(context, Notes.NODE, "event");
    context.hangs().watch(eventCalls);
    eventScratch = nvml.memory().allocate(EventWatch.SCRATCH_BYTES);
  }

  /** Says who answers, begins the session, and asks for all that does not change. */
  public void start() throws IOException {
    out.write(Greeting.of(context.nvml().path()));
    open();
  }

  private void open() throws IOException {
    tried = context.clock().monoNanos();
    looked = tried;
    try {
      if (session.open()) {
        events = new EventWatch(context, eventCalls, eventScratch, session.plan(), session.gpus());
        begin(session.gpus());
        drain();
      }
    } catch (NotReturned e) {
      tried = Long.MIN_VALUE;
    }
  }

  private static void begin(List<GpuSampler> gpus) throws IOException {
    for (GpuSampler gpu : gpus) {
      try {
        gpu.resume();
      } catch (NotReturned e) {
        // goes on at the next tick; the hang book has it
      }
    }
  }

  /** One tick of every GPU, at the time that the clock shows. */
  public void tick(long tick) throws IOException {
    long now = context.clock().monoNanos();
    if (!session.isOpen()) {
      if (tried == Long.MIN_VALUE || now - tried >= Session.RETRY_NANOS) {
        open();
      }
    }
    if (session.isOpen()) {
      if (now - looked >= LOOK_NANOS) {
        looked = now;
        look();
      }
      sample(tick);
      drain();
      if (isOver()) {
        close();
        open();
      }
    }
    int stuck = context.hangs().check(now + context.hangs().deadlineNanos());
    out.alive(tick, now, session.gpus().size(), stuck, 0);
  }

  private void look() throws IOException {
    try {
      List<GpuSampler> awake = session.look();
      if (!awake.isEmpty()) {
        closeEvents();
        events = new EventWatch(context, eventCalls, eventScratch, session.plan(), session.gpus());
        begin(awake);
      }
    } catch (NotReturned e) {
      // looked at again a minute later; the hang book has it
    }
  }

  private void sample(long tick) throws IOException {
    for (GpuSampler gpu : session.gpus()) {
      try {
        gpu.tick(tick, tick, context.options().intervalNanos());
      } catch (NotReturned e) {
        // goes on at the next tick; the hang book has it
      }
    }
  }

  private void drain() throws IOException {
    if (events != null) {
      try {
        events.drain();
      } catch (NotReturned e) {
        // asked again at the next tick; the hang book has it
      }
    }
  }

  private boolean isOver() {
    return session.gpus().stream().anyMatch(gpu -> gpu.sessionCode() != 0);
  }

  private void close() {
    try {
      closeEvents();
      session.close();
    } catch (NotReturned e) {
      // the hang book has it; NVML is initialised again without
    }
  }

  private void closeEvents() {
    if (events != null) {
      events.close();
      events = null;
    }
  }

  /**
   * Looks at what is looked at again at the end, and gives NVML back.
   *
   * @param reason why the capture ends
   */
  public void finish(String reason) throws IOException {
    boolean stuck =
        session.isUnfinished() || session.gpus().stream().anyMatch(GpuSampler::isUnfinished);
    if (session.isOpen() && !stuck) {
      try {
        for (GpuSampler gpu : session.gpus()) {
          gpu.end();
        }
      } catch (NotReturned e) {
        // nothing more is asked
      }
      close();
    }
    out.write(new Message.Bye(reason));
  }
}
