package io.esnode.cli;

import io.esnode.bundle.NvmlSession;
import io.esnode.spool.LaneName;
import io.esnode.spool.SpoolDirectory;
import io.esnode.spool.SpoolReader;
import io.esnode.spool.SpoolVisitor;
import io.esnode.spool.TextRow;
import io.esnode.spool.Tick;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What a recorder has written so far. Looks at a copy: the lock belongs to the recorder. */
final class LiveSpool implements SpoolVisitor {
  private final Map<String, Integer> laneTicks = new HashMap<>();
  private int betweenTicks;
  private int sessions;

  private LiveSpool() {}

  /** @param scratch where the copy goes */
  static LiveSpool look(Path spool, Path scratch) throws IOException {
    LiveSpool seen = new LiveSpool();
    if (!Files.isDirectory(spool)) {
      return seen;
    }
    Path copy = Files.createTempDirectory(scratch, "look");
    try (Stream<Path> files = Files.list(spool)) {
      List<Path> segments = files.filter(f -> f.toString().endsWith(".seg")).toList();
      for (Path segment : segments) {
        Files.copy(segment, copy.resolve(segment.getFileName()));
      }
    }
    try (SpoolDirectory directory = SpoolDirectory.open(copy)) {
      SpoolReader.open(directory).read(seen);
    } catch (IOException headerNotYetWhole) {
      return new LiveSpool();
    }
    return seen;
  }

  /** Ticks of all GPUs. */
  int laneTicks() {
    return laneTicks.values().stream().mapToInt(Integer::intValue).sum();
  }

  /** Ticks of one table of one of the GPUs of {@link FakeNvml}. */
  int laneTicks(String table, int gpu) {
    return laneTicks.getOrDefault(table + " gpu:" + FakeNvml.uuid(gpu), 0);
  }

  /** What all GPUs said between their ticks. */
  int betweenTicks() {
    return betweenTicks;
  }

  int sessions() {
    return sessions;
  }

  @Override
  public void tick(Tick tick) {}

  @Override
  public void laneTick(LaneName lane, Tick tick) {
    // The host has lanes too: what is read less often than every tick.
    if (lane.entity().equals("node")) {
      return;
    }
    if (lane.isBurst()) {
      betweenTicks++;
    } else {
      laneTicks.merge(lane.table() + " " + lane.entity(), 1, Integer::sum);
    }
  }

  @Override
  public void session(NvmlSession session, long monoNanos) {
    sessions++;
  }

  @Override
  public void row(TextRow row, long monoNanos) {}

  @Override
  public void damage(Damage damage) {}
}
