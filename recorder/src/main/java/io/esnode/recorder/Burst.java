package io.esnode.recorder;

import io.esnode.source.Moment;
import io.esnode.source.Source;
import io.esnode.spool.LaneName;
import io.esnode.spool.SpoolLane;
import io.esnode.spool.SpoolWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * More samples for a while after a trigger fired, between the ticks: the schedule of the ticks stays what it is, and what is
 * taken between them goes into lanes of its own. It waits for a recorder that is late, slows down where sampling takes long,
 * and rests as long as it lasted. The sampler thread's, but for {@link #ask}.
 */
final class Burst {
  /** Samples in a row that take more than half the time there is, before there is more of it. */
  private static final int SLOW_SAMPLES = 3;

  private static final long MS = 1_000_000;

  private final Plan plan;
  private final SpoolWriter spool;
  private final List<Source> sources;
  private final long intervalNanos;
  private final Audit audit;
  private final List<SpoolLane> lanes = new ArrayList<>();

  private volatile @Nullable Asked asked;
  private volatile LongConsumer follower = nanos -> {};

  // While one lasts.
  private @Nullable String trigger;
  private long paceNanos;
  private long untilMono;
  private long taken;
  private int slow;

  private long nextMono;
  private long tookNanos;
  private long tickLateNanos;
  private long samples;
  private boolean hasEnded;
  private long endedMono;
  private long lastedNanos;

  /**
   * How fast, and how long.
   *
   * @param paceNanos between two samples; less than the interval of the ticks
   * @param lengthNanos from the trigger on
   */
  record Plan(long paceNanos, long lengthNanos) {}

  private record Asked(String trigger, long mono) {}

  /** @param sources what is sampled at every tick, in that order */
  Burst(Plan plan, SpoolWriter spool, List<Source> sources, long intervalNanos, Audit audit) {
    this.plan = plan;
    this.spool = spool;
    this.sources = sources;
    this.intervalNanos = intervalNanos;
    this.audit = audit;
  }

  /** @param told how far samples are apart, ns, whenever that changes; on the sampler thread */
  void follow(LongConsumer told) {
    follower = told;
  }

  /** A trigger fired; nothing comes of it while a burst lasts. Any thread. */
  void ask(String of, long mono) {
    if (asked == null) {
      asked = new Asked(of, mono);
    }
  }

  /**
   * A tick was taken: the samples between follow it at equal distances.
   *
   * @param lateNanos how late it began
   */
  void ticked(Moment moment, long lateNanos) {
    tickLateNanos = lateNanos;
    nextMono = moment.monoNanos() - lateNanos + paceNanos;
    // One that took very long is not held against those to come for ever.
    tookNanos /= 2;
    if (trigger != null && isLate()) {
      end(moment.monoNanos(), "the ticks are %d ms late".formatted(lateNanos / MS));
    }
  }

  private boolean isLate() {
    return tickLateNanos > intervalNanos / 2;
  }

  /**
   * How long until the next sample, or until the tick where none fits in between.
   *
   * @param tickMono when the next tick is due
   */
  long wait(long nowMono, long tickMono) {
    Asked of = asked;
    if (of != null) {
      begin(of, nowMono, tickMono);
    }
    if (trigger != null && nowMono - untilMono >= 0) {
      end(nowMono, null);
    }
    if (trigger == null) {
      return tickMono - nowMono;
    }
    if (nowMono - nextMono > paceNanos) {
      nextMono += (nowMono - nextMono) / paceNanos * paceNanos;
    }
    long due = Math.max(nextMono, nowMono);
    long least = Math.max(paceNanos / 2, 2 * tookNanos);
    return (tickMono - due < least ? tickMono : due) - nowMono;
  }

  private void begin(Asked of, long nowMono, long tickMono) {
    if (trigger != null) {
      asked = null;
    } else if (hasEnded && nowMono - endedMono < lastedNanos) {
      refuse(of, "the last one ended %d ms ago".formatted((nowMono - endedMono) / MS));
    } else if (!isLate()) {
      asked = null;
      start(of.trigger(), nowMono, tickMono);
    } else if (nowMono - of.mono() > plan.lengthNanos()) {
      refuse(of, "the ticks are %d ms late".formatted(tickLateNanos / MS));
    }
  }

  private void refuse(Asked of, String why) {
    asked = null;
    audit.write("burst.refused", "failure", "for the trigger %s: %s".formatted(of.trigger(), why));
  }

  private void start(String of, long nowMono, long tickMono) {
    trigger = of;
    paceNanos = plan.paceNanos();
    untilMono = nowMono + plan.lengthNanos();
    taken = 0;
    slow = 0;
    long since = Math.max(0, nowMono - (tickMono - intervalNanos));
    nextMono = tickMono - intervalNanos + (since / paceNanos + 1) * paceNanos;
    if (lanes.isEmpty()) {
      for (Source source : sources) {
        lanes.add(spool.lane(source.table(), "node", source.name() + " burst", LaneName.BURST));
      }
    }
    follower.accept(paceNanos);
    audit.write(
        "burst.started",
        "success",
        "for the trigger %s: every %d ms for %d ms"
            .formatted(of, paceNanos / MS, plan.lengthNanos() / MS));
  }

  /** How late a sample is that begins now. */
  long lateNanos(long nowMono) {
    return nowMono - nextMono;
  }

  /**
   * The sources were sampled.
   *
   * @param moment when it began
   * @param endMono when it was done
   */
  void sampled(Moment moment, long endMono) {
    boolean all = true;
    for (int i = 0; i < lanes.size(); i++) {
      all &= lanes
          .get(i)
          .tick(samples, moment.tsMicros(), moment.monoNanos(), sources.get(i).rows());
    }
    samples++;
    nextMono += paceNanos;
    tookNanos = endMono - moment.monoNanos();
    if (!all) {
      end(endMono, "the disk was slower than the recorder");
      return;
    }
    taken++;
    slow = tookNanos > paceNanos / 2 ? slow + 1 : 0;
    if (slow == SLOW_SAMPLES) {
      slowDown(endMono);
    }
  }

  private void slowDown(long nowMono) {
    slow = 0;
    if (2 * paceNanos >= intervalNanos) {
      end(nowMono, "a sample takes %d ms".formatted(tookNanos / MS));
      return;
    }
    paceNanos *= 2;
    follower.accept(paceNanos);
    audit.write(
        "burst.slowed",
        "failure",
        "for the trigger %s: every %d ms, because a sample takes %d ms"
            .formatted(trigger, paceNanos / MS, tookNanos / MS));
  }

  /** The recording ends. */
  void close(long nowMono) {
    if (trigger != null) {
      end(nowMono, "the recording ends");
    }
  }

  /** @param early why it ends before its time; null where it does not */
  private void end(long nowMono, @Nullable String early) {
    audit.write(
        "burst.ended",
        early == null ? "success" : "failure",
        "for the trigger %s: %d samples between the ticks, every %d ms%s"
            .formatted(trigger, taken, paceNanos / MS, early == null ? "" : "; early: " + early));
    follower.accept(intervalNanos);
    trigger = null;
    hasEnded = true;
    endedMono = nowMono;
    lastedNanos = nowMono - (untilMono - plan.lengthNanos());
  }
}
