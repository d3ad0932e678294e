package io.esnode.capture;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.esnode.nvml.NativeMemory;
import io.esnode.nvml.Nvml;
import io.esnode.nvml.NvmlFunction;
import io.esnode.timeline.PlayedNvml;
import io.esnode.timeline.Timeline;
import io.esnode.timeline.TimelineException;
import io.esnode.timeline.VirtualClock;
import io.esnode.wire.WireWriter;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AllocationTest {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @TempDir
  private Path root;

  /** What the player itself allocates is not ours. */
  private static final class Metered implements Nvml {
    private final Nvml player;
    private long allocated;

    Metered(Nvml player) {
      this.player = player;
    }

    @Override
    public boolean has(NvmlFunction function) {
      return player.has(function);
    }

    @Override
    public int call(NvmlFunction function, long a, long b, long c, long d, long e, long f) {
      long before = THREADS.getCurrentThreadAllocatedBytes();
      int code = player.call(function, a, b, c, d, e, f);
      allocated += THREADS.getCurrentThreadAllocatedBytes() - before;
      return code;
    }

    @Override
    public NativeMemory memory() {
      return player.memory();
    }

    @Override
    public String path() {
      return player.path();
    }

    @Override
    public void close() {
      player.close();
    }
  }

  /** A pipe that nobody reads. */
  private static final class Sink implements WritableByteChannel {
    @Override
    public int write(ByteBuffer bytes) {
      int count = bytes.remaining();
      bytes.position(bytes.limit());
      return count;
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() {}
  }

  @Test
  void sampleBetweenTicksAllocatesNothing() throws IOException, TimelineException {
    assertThat(allocated(10)).isZero();
  }

  @Test
  void tickOnWhichNothingChangesAllocatesNothing() throws IOException, TimelineException {
    assertThat(allocated(1)).isZero();
  }

  /** Bytes, of some thousands of turns. */
  private long allocated(int turnsToATick) throws IOException, TimelineException {
    VirtualClock time = new VirtualClock(0);
    Timeline timeline = Timeline.parse("t", "esnode.timeline/1\ngpu 0 name Test\n");
    Metered nvml = new Metered(new PlayedNvml(timeline, 1204, time));
    SteppedClock clock = new SteppedClock(Captured.START_NANOS, 0);
    CaptureOptions options = Captured.options(root, Set.of());
    Context context = Context.of(nvml, clock, options, new WireWriter(new Sink()));
    Session session = new Session(context);
    session.open();
    GpuSampler gpu = session.gpus().get(0);
    gpu.resume();

    Pace pace = Pace.ofTicks(Captured.START_NANOS, Captured.SECOND_NANOS)
        .every(Captured.SECOND_NANOS / turnsToATick, 1);
    long allocated = 0;
    for (int turn = 0; turn < 3_000 * turnsToATick; turn++) {
      int tick = turn / turnsToATick;
      long now = pace.dueNanos(turn);
      time.set((now - Captured.START_NANOS) / 1_000_000);
      clock.set(now, (now - Captured.START_NANOS) / 1_000);
      long players = nvml.allocated;
      long before = THREADS.getCurrentThreadAllocatedBytes();
      if (turn % turnsToATick == 0) {
        gpu.tick(tick, tick, Captured.SECOND_NANOS);
      } else {
        gpu.between(pace, turn);
      }
      long all = THREADS.getCurrentThreadAllocatedBytes() - before;
      if (tick >= 1_000 && tick % 10 != 0) {
        allocated += all - (nvml.allocated - players);
      }
    }

    return allocated;
  }
}
