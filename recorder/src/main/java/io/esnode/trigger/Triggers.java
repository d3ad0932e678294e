package io.esnode.trigger;

import io.esnode.kernel.KernelRecord;
import io.esnode.kernel.PrintableText;
import io.esnode.kernel.RecordWatch;
import io.esnode.metric.Table;
import io.esnode.source.Failure;
import io.esnode.source.Moment;
import io.esnode.spool.RowWatch;
import io.esnode.spool.SpoolWatch;
import io.esnode.spool.SpoolWriter;
import io.esnode.spool.TextRow;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The triggers of a recording that runs. What fires becomes a row of the table {@code event}, then the listeners are told.
 * Thread-safe.
 */
public final class Triggers implements SpoolWatch, RecordWatch {
  /** Stands in the {@code event_class} and, after a dot, in the {@code source} column. */
  static final String EVENT_CLASS = "trigger";

  private static final String MARK_CLASS = "mark";
  private static final String SOURCE = "esnode.trigger";
  private static final String NODE = "node";
  private static final String LIVE = "live";

  /** nvmlEventTypeXidCriticalError; the XID is then the event's data. */
  private static final long NVML_XID = 8;

  /** Longest text of a mark, and longest line kept of the kernel's. */
  public static final int LONGEST_TEXT = 1024;

  /** Replaced as a whole. */
  private volatile List<Armed> armed;

  private final Duration interval;
  private final SpoolWriter spool;
  /** Whose expression took too many steps once. */
  private final Set<Trigger> slow = ConcurrentHashMap.newKeySet();

  private final List<FiringListener> listeners = new CopyOnWriteArrayList<>();
  private volatile @Nullable Firing last;

  /**
   * Arms them; nothing is looked at before the spool, the kernel log and the command are watched.
   *
   * @param holdOff how long a trigger that fired does not fire again
   * @param interval of the recording
   * @param spool takes the event rows
   */
  public Triggers(List<Trigger> declared, Duration holdOff, Duration interval, SpoolWriter spool) {
    this.armed =
        declared.stream().map(each -> new Armed(each, holdOff.toNanos())).toList();
    this.interval = interval;
    this.spool = spool;
  }

  /** Arms these instead. One that was armed before, by its text, goes on with what is known of it. */
  public synchronized void rearm(List<Trigger> declared, Duration holdOff) {
    List<Armed> before = new ArrayList<>(armed);
    List<Armed> now = new ArrayList<>();
    for (Trigger trigger : declared) {
      Armed each = before.stream()
          .filter(known -> known.trigger().text().equals(trigger.text()))
          .findFirst()
          .orElseGet(() -> new Armed(trigger, holdOff.toNanos()));
      before.remove(each);
      each.holdOff(holdOff.toNanos());
      now.add(each);
    }
    armed = List.copyOf(now);
  }

  /** Tells this one, too, from now on. */
  public void listen(FiringListener listener) {
    listeners.add(listener);
  }

  /** What fired last. */
  public Optional<Firing> last() {
    return Optional.ofNullable(last);
  }

  /**
   * Why triggers cannot fire on this host, by trigger; those that can are not in it.
   *
   * @param missing what the sources of this host lack
   * @param runsCommand whether a command is recorded
   */
  public Map<Trigger, String> idle(List<Failure> missing, boolean runsCommand) {
    Map<Trigger, String> idle = new HashMap<>();
    for (Armed each : armed) {
      if (each.trigger() instanceof Trigger.Exit && !runsCommand) {
        idle.put(each.trigger(), "no command is recorded");
      } else if (each.trigger() instanceof Trigger.Threshold threshold) {
        missing.stream()
            .filter(failure -> concerns(failure, threshold))
            .findFirst()
            .ifPresent(failure -> idle.put(threshold, failure.reason()));
      }
    }
    return idle;
  }

  /** Without GPUs there are no tables about them either. */
  private static boolean concerns(Failure failure, Trigger.Threshold threshold) {
    String table = threshold.table().name();
    return failure.metric().equals(table)
        || failure.metric().equals(threshold.metric().qualifiedName())
        || (failure.metric().equals("gpu") && (table.startsWith("gpu") || table.equals("nvlink")));
  }

  @Override
  public RowWatch rows(Table table, String origin) {
    return new ArmedWatch(() -> armed, table, each -> condition(each, origin));
  }

  private RowWatch condition(Armed each, String origin) {
    return each.trigger() instanceof Trigger.Threshold threshold
        ? new Condition(threshold, each, origin, interval, firing -> fire(firing, Map.of()))
        : RowWatch.NONE;
  }

  @Override
  public void event(TextRow row, long monoNanos) {
    Long code = xid(row);
    if (code == null || row.origin().equals("pre_record")) {
      return;
    }
    for (Armed each : armed) {
      if (each.trigger() instanceof Trigger.Xid xid
          && (xid.codes().isEmpty() || xid.codes().contains(code))
          && each.fires(monoNanos)) {
        Long ts = row.tsMicros();
        fire(
            new Firing(
                xid.text(),
                row.entity(),
                row.origin(),
                "XID %d".formatted(code),
                row.tick(),
                ts == null ? 0 : ts,
                monoNanos),
            Map.of("code", code));
      }
    }
  }

  private static @Nullable Long xid(TextRow row) {
    String eventClass = row.texts().get("event_class");
    Long code = row.numbers().get("code");
    if ("xid".equals(eventClass)) {
      return code;
    }
    return "nvml".equals(eventClass) && code != null && code == NVML_XID
        ? row.numbers().get("data")
        : null;
  }

  @Override
  public void live(
      KernelRecord record, String entity, Supplier<String> text, long tsMicros, long monoNanos) {
    for (Armed each : armed) {
      if (each.trigger() instanceof Trigger.Kernel kernel
          && matches(kernel, record.text(), tsMicros, monoNanos)
          && each.fires(monoNanos)) {
        fire(
            new Firing(kernel.text(), entity, LIVE, cut(text.get()), null, tsMicros, monoNanos),
            Map.of());
      }
    }
  }

  private boolean matches(Trigger.Kernel kernel, String line, long tsMicros, long monoNanos) {
    try {
      return kernel.pattern().matcher(new BoundedText(line)).find();
    } catch (BoundedText.TooManyStepsException | StackOverflowError e) {
      // The expression backtracks, or recurses, beyond what a line of the log is worth.
      if (slow.add(kernel)) {
        tellSlow(kernel, tsMicros, monoNanos);
      }
      return false;
    }
  }

  private void tellSlow(Trigger.Kernel kernel, long tsMicros, long monoNanos) {
    spool.row(
        new TextRow(
            "gap",
            NODE,
            SOURCE,
            LIVE,
            null,
            tsMicros,
            Map.of(
                "metric",
                "event",
                "reason",
                "%s: it takes too many steps on some lines of the kernel log, which it does not see; write a simpler expression"
                    .formatted(kernel.text())),
            Map.of("from_ts", tsMicros)),
        monoNanos);
  }

  /** The recorded command has ended. */
  public void ended(int status, Moment now) {
    for (Armed each : armed) {
      if (status != 0
          && each.trigger() instanceof Trigger.Exit exit
          && each.fires(now.monoNanos())) {
        String observed = "the command ended with status %d".formatted(status);
        fire(
            new Firing(exit.text(), NODE, LIVE, observed, null, now.tsMicros(), now.monoNanos()),
            Map.of("code", (long) status));
      }
    }
  }

  /**
   * Fires without a condition, whatever the hold-off.
   *
   * @param name stands in the row as the trigger's text
   */
  public void byHand(String name, Moment now) {
    fire(
        new Firing(
            cut(PrintableText.of(name)),
            NODE,
            LIVE,
            "fired by hand",
            null,
            now.tsMicros(),
            now.monoNanos()),
        Map.of());
  }

  /**
   * Writes a text of the user's into the recording; fires nothing.
   *
   * @return false if there was no room for it
   */
  public boolean mark(String text, Moment now) {
    return spool.row(
        new TextRow(
            "event",
            NODE,
            "esnode",
            LIVE,
            null,
            now.tsMicros(),
            Map.of("event_class", MARK_CLASS, "text", cut(PrintableText.of(text))),
            Map.of()),
        now.monoNanos(),
        Duration.ofSeconds(1));
  }

  private void fire(Firing firing, Map<String, Long> numbers) {
    last = firing;
    spool.row(
        new TextRow(
            "event",
            firing.entity(),
            SOURCE,
            firing.origin(),
            firing.tick(),
            firing.tsMicros(),
            Map.of(
                "event_class", EVENT_CLASS, "reason", firing.trigger(), "text", firing.observed()),
            numbers),
        firing.monoNanos());
    for (FiringListener listener : listeners) {
      listener.fired(firing);
    }
  }

  private static String cut(String text) {
    if (text.length() <= LONGEST_TEXT) {
      return text;
    }
    boolean splitsPair = Character.isHighSurrogate(text.charAt(LONGEST_TEXT - 1));
    return text.substring(0, splitsPair ? LONGEST_TEXT - 1 : LONGEST_TEXT);
  }
}
