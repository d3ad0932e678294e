package io.esnode.capture;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import com.sun.management.ThreadMXBean;
import io.esnode.nvml.NativeNvml;
import io.esnode.nvml.NvmlFunction;
import io.esnode.wire.WireWriter;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;

/** What a call and a tick cost on the fake library; run by {@code bench/nvml-overhead}, which sets the timeline. */
final class NvmlCost {
  private static final int CALLS = 100_000;
  private static final int ROUNDS = 31;
  private static final long SECOND_NANOS = 1_000_000_000;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final NativeNvml nvml;
  private final MappedByteBuffer clock;

  private NvmlCost(NativeNvml nvml, MappedByteBuffer clock) {
    this.nvml = nvml;
    this.clock = clock;
  }

  /** Arguments: the library, its clock file, the library of call_loop.c, ticks to warm up, ticks to measure. */
  public static void main(String[] args) throws Exception {
    try (FileChannel channel =
            FileChannel.open(Path.of(args[1]), StandardOpenOption.READ, StandardOpenOption.WRITE);
        FileChannel out = FileChannel.open(Path.of("/dev/null"), StandardOpenOption.WRITE)) {
      MappedByteBuffer clock = channel.map(FileChannel.MapMode.READ_WRITE, 0, Long.BYTES);
      clock.order(ByteOrder.LITTLE_ENDIAN);
      NvmlCost cost = new NvmlCost(NativeNvml.load(args[0]), clock);
      cost.ticks(new WireWriter(out), Integer.parseInt(args[3]), Integer.parseInt(args[4]));
      cost.calls(Path.of(args[2]));
    }
  }

  /** A function that does little more than look up a key: what the library itself takes is the peer's figure. */
  private void calls(Path peer) {
    nvml.call(NvmlFunction.INIT_V2);
    long slot = nvml.memory().allocate(16);
    nvml.call(NvmlFunction.DEVICE_GET_HANDLE_BY_INDEX_V2, 0, slot);
    long device = nvml.memory().getLong(slot);
    NvmlFunction function = NvmlFunction.DEVICE_GET_PERSISTENCE_MODE;
    Function symbol = NativeLibrary.getInstance(nvml.path()).getFunction(function.symbol());
    Function loop = NativeLibrary.getInstance(peer.toString()).getFunction("callLoop");
    Object[] arguments = {symbol, new Pointer(device), new Pointer(slot), Long.valueOf(CALLS)};
    long[] java = new long[ROUNDS];
    long[] c = new long[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
      long begin = THREADS.getCurrentThreadCpuTime();
      for (int i = 0; i < CALLS; i++) {
        nvml.call(function, device, slot);
      }
      java[round] = THREADS.getCurrentThreadCpuTime() - begin;
      c[round] = loop.invokeLong(arguments);
    }
    print("java_call_ns", median(java, ROUNDS) / (double) CALLS);
    print("c_call_ns", median(c, ROUNDS) / (double) CALLS);
  }

  private void ticks(WireWriter out, int warmUp, int measured) throws IOException {
    CaptureClock steps = new CaptureClock() {
      @Override
      public long monoNanos() {
        return clock.getLong(0) * 1_000_000;
      }

      @Override
      public long tsMicros() {
        return 1_700_000_000_000_000L + clock.getLong(0) * 1_000;
      }
    };
    CaptureOptions options = new CaptureOptions(
        0,
        SECOND_NANOS,
        Path.of("/nonexistent"),
        Set.of(),
        new byte[CaptureOptions.NONCE_BYTES],
        Duration.ofSeconds(3));
    Context context = Context.of(nvml, steps, options, out);
    Session session = new Session(context);
    if (!session.open()) {
      throw new IllegalStateException("the fake library does not start");
    }
    Tally warming = new Tally();
    for (int tick = 0; tick < warmUp; tick++) {
      tick(session, tick, warming);
    }
    Tally tally = new Tally();
    long calls = calledSoFar();
    long begin = THREADS.getCurrentThreadCpuTime();
    for (int tick = warmUp; tick < warmUp + measured; tick++) {
      tick(session, tick, tally);
    }
    print("gpus", session.gpus().size());
    print("hot_tick_cpu_us", (THREADS.getCurrentThreadCpuTime() - begin) / 1e3 / measured);
    print("calls_per_tick", (calledSoFar() - calls) / (double) measured);
    tally.print();
  }

  private void tick(Session session, int tick, Tally tally) throws IOException {
    clock.putLong(0, tick * 1_000L);
    long thread = Thread.currentThread().getId();
    for (int place = 0; place < session.gpus().size(); place++) {
      GpuSampler gpu = session.gpus().get(place);
      long before = THREADS.getThreadAllocatedBytes(thread);
      gpu.tick(tick, tick, SECOND_NANOS);
      long bytes = THREADS.getThreadAllocatedBytes(thread) - before;
      tally.add(tick + place, bytes);
    }
  }

  private long calledSoFar() {
    Function count = NativeLibrary.getInstance(nvml.path()).getFunction("esnodeFakeCalls");
    long sum = 0;
    for (NvmlFunction function : NvmlFunction.values()) {
      sum += count.invokeLong(new Object[] {function.symbol()});
    }
    return sum;
  }

  /** Bytes allocated by one GPU's tick, by what the tick asks. */
  private static final class Tally {
    private long quietTicks;
    private long quietBytes;
    private long mostQuietBytes;
    private long mediumTicks;
    private long mediumBytes;

    /** @param second of the GPU's own schedule, which begins {@code place} seconds early */
    void add(int second, long bytes) {
      if (second % 10 == 0) {
        mediumTicks++;
        mediumBytes += bytes;
      } else {
        quietTicks++;
        quietBytes += bytes;
        mostQuietBytes = Math.max(mostQuietBytes, bytes);
      }
    }

    void print() {
      NvmlCost.print("hot_bytes", quietTicks == 0 ? 0 : quietBytes / (double) quietTicks);
      NvmlCost.print("hot_bytes_most", (double) mostQuietBytes);
      NvmlCost.print("medium_bytes", mediumTicks == 0 ? 0 : mediumBytes / (double) mediumTicks);
    }
  }

  private static long median(long[] values, int count) {
    long[] sorted = Arrays.copyOf(values, count);
    Arrays.sort(sorted);
    return sorted[count / 2];
  }

  private static void print(String name, double value) {
    System.out.println(name + " " + value);
  }
}
