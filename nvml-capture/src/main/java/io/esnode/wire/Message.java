package io.esnode.wire;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One message of the capture process. Times: {@code tsMicros} is wall clock, µs since 1970 UTC; {@code monoNanos} is
 * CLOCK_MONOTONIC, which both processes share. Immutable but for {@link Rows}.
 */
public sealed interface Message {
  /**
   * First message, before anything is asked of the driver.
   *
   * @param facts {@code library.path}, {@code library.sha256}, {@code pid}
   */
  record Hello(int version, Map<String, String> facts) implements Message {
    public Hello {
      facts = Map.copyOf(facts);
    }
  }

  /**
   * NVML was initialised, or refused: a new session begins, and with it everything that only holds within one.
   *
   * @param number from 0 in this process
   * @param initReturn nvmlReturn_t of nvmlInit_v2
   * @param facts {@code nvml.version}, {@code driver.version}, {@code cuda.version}, … as far as they are known
   * @param tables the tables of the ticks to come; {@link Rows#table()} is a place in this list
   */
  record Session(
      int number,
      int initReturn,
      long tsMicros,
      long monoNanos,
      Map<String, String> facts,
      List<Layout> tables)
      implements Message {
    public Session {
      facts = Map.copyOf(facts);
      tables = List.copyOf(tables);
    }
  }

  /**
   * The columns of a table in the order of the values on the pipe.
   *
   * @param columns names as in the metric registry
   * @param sources for each column the function, or function and field id, of this session; empty where the session has none
   */
  record Layout(String table, List<String> columns, List<String> sources) {
    public Layout {
      columns = List.copyOf(columns);
      sources = List.copyOf(sources);
      if (columns.size() != sources.size()) {
        throw new IllegalArgumentException("a source for every column of " + table);
      }
    }
  }

  /**
   * A GPU that the messages to come name by its place.
   *
   * @param gpu its place, from 0; the same for the same UUID as long as the process lives
   * @param entity {@code gpu:UUID}, or {@code gpu:pci:BDF} where it told no UUID
   * @param facts inventory: {@code name}, {@code serial}, {@code pci.address}, {@code vbios.version}, …
   */
  record Gpu(int gpu, String entity, Map<String, String> facts) implements Message {
    public Gpu {
      facts = Map.copyOf(facts);
    }
  }

  /** One tick of one table of one GPU, or what it said between two. A view of the reader's buffer: valid until the next message. */
  non-sealed interface Rows extends Message {
    /** Stands for the tick of what was asked between two. */
    long NO_TICK = -1;

    int gpu();

    /** Place in {@link Session#tables()}. */
    int table();

    /** Number of the tick in the recording's schedule, or {@link #NO_TICK}. */
    long tick();

    long tsMicros();

    long monoNanos();

    int rows();

    /** E.g. {@code gpu:UUID}, {@code gpu:UUID/nvlink:3}. */
    String entity(int row);

    boolean present(int row, int column);

    /** In the metric's unit; hundredths for DECIMAL2. */
    long value(int row, int column);
  }

  /**
   * Everything that one GPU did not answer for one table at its last tick; replaces the list before. Sent when it changes.
   *
   * @param gpu the GPU, or -1 for all
   */
  record Absences(int gpu, int table, long tsMicros, long monoNanos, List<Absence> absences)
      implements Message {
    public Absences {
      absences = List.copyOf(absences);
    }
  }

  /**
   * One missing value, or a table.
   *
   * @param entity whose
   * @param metric a table, or {@code table.column}
   * @param code nvmlReturn_t, null where no call was made
   * @param reason with the function, e.g. {@code nvmlDeviceGetFieldValues(186): GPU is lost (15)}
   */
  record Absence(String entity, String metric, @Nullable Integer code, String reason) {}

  /**
   * A row with text columns: an event, a gap that is over, an inventory fact, a value from before the recording.
   *
   * @param origin {@code live} or {@code pre_record}
   * @param tick null where it belongs to none
   * @param tsMicros null where only the monotonic time is known
   */
  record Note(
      String table,
      String entity,
      String source,
      String origin,
      @Nullable Long tick,
      @Nullable Long tsMicros,
      long monoNanos,
      Map<String, String> texts,
      Map<String, Long> numbers)
      implements Message {
    public Note {
      texts = Map.copyOf(texts);
      numbers = Map.copyOf(numbers);
    }
  }

  /**
   * Still there; sent at every tick, whatever the GPUs do.
   *
   * @param stuck GPUs whose sampler is inside a call beyond its deadline
   * @param cpuNanos CPU time of the capture process since it began
   */
  record Alive(long tick, long monoNanos, int gpus, int stuck, long cpuNanos) implements Message {}

  /** Last message: every handle is closed. */
  record Bye(String reason) implements Message {}
}
