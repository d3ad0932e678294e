package io.esnode.recorder;

import static org.assertj.core.api.Assertions.assertThat;

import io.esnode.bundle.NvmlSession;
import io.esnode.metric.Table;
import io.esnode.source.Clock;
import io.esnode.source.Failure;
import io.esnode.source.Moment;
import io.esnode.source.Row;
import io.esnode.source.Source;
import io.esnode.source.Sources;
import io.esnode.spool.LaneName;
import io.esnode.spool.ScriptedSource;
import io.esnode.spool.SpoolDirectory;
import io.esnode.spool.SpoolReader;
import io.esnode.spool.SpoolVisitor;
import io.esnode.spool.SpoolWriter;
import io.esnode.spool.Spools;
import io.esnode.spool.TextRow;
import io.esnode.spool.Tick;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TierSamplerTest {
  private static final Duration MILLISECOND = Duration.ofMillis(1);

  @TempDir
  private Path dir;

  private final Clock clock = Clock.system();
  private final Moment start = clock.now();
  private SpoolWriter spool;

  @BeforeEach
  void open() throws IOException {
    spool = SpoolWriter.open(
        SpoolDirectory.create(dir.resolve("t.parquet.spool")),
        Spools.header(),
        SpoolWriter.Options.DEFAULT);
  }

  @AfterEach
  void close() throws IOException {
    spool.close();
  }

  private TierSampler start(Sources.Tier... tiers) {
    return TierSampler.start(clock, spool, start.monoNanos(), MILLISECOND, List.of(tiers));
  }

  private Written written() throws IOException {
    spool.end("test", clock.now().monoNanos());
    spool.close();
    Written written = new Written();
    try (SpoolDirectory directory = SpoolDirectory.open(dir.resolve("t.parquet.spool"))) {
      SpoolReader.open(directory).read(written);
    }
    return written;
  }

  @Test
  void everyTierIsSampledAtTheStartAtItsPaceAndAtTheEnd() throws Exception {
    TierSampler sampler = start(
        new Sources.Tier(Duration.ofMillis(20), List.of(new ScriptedSource(1, "disk:fast"))),
        new Sources.Tier(Duration.ofMinutes(1), List.of(new ScriptedSource(2, "disk:slow"))));
    Thread.sleep(300);
    sampler.close();

    Map<String, List<Long>> ticks = written().ticks;

    assertThat(ticks).containsOnlyKeys("0 disk:fast", "1 disk:slow");
    assertThat(ticks.get("1 disk:slow")).hasSize(2);
    assertThat(ticks.get("0 disk:fast")).hasSizeBetween(3, 17).isSorted();
  }

  @Test
  void aSourceThatDoesNotAnswerIsAGapAndDoesNotHoldUpTheEnd() throws Exception {
    CountDownLatch answer = new CountDownLatch(1);
    TierSampler sampler = start(
        new Sources.Tier(Duration.ofMinutes(1), List.of(new Hanging(answer))),
        new Sources.Tier(Duration.ofHours(1), List.of(new ScriptedSource(2, "disk:behind"))));
    Thread.sleep(50);

    sampler.look(after(Duration.ofSeconds(4)));
    sampler.look(after(Duration.ofSeconds(6)));
    sampler.look(after(Duration.ofSeconds(7)));
    long asked = System.nanoTime();
    sampler.close();
    Duration took = Duration.ofNanos(System.nanoTime() - asked);
    Written written = written();
    answer.countDown();

    assertThat(took).isLessThan(Duration.ofSeconds(5));
    assertThat(written.gaps)
        .singleElement()
        .satisfies(gap -> assertThat(gap.texts().get("reason"))
            .isEqualTo(
                "test.hanging has not answered for 5 s; all sources of slower paces wait for it"));
  }

  @Test
  void aSlowSourceIsSampledLessOftenAndAGapSaysSo() throws Exception {
    TierSampler sampler =
        start(new Sources.Tier(Duration.ofMillis(40), List.of(new Slow(Duration.ofMillis(30)))));
    Thread.sleep(500);
    sampler.close();
    Written written = written();

    assertThat(written.ticks.get("0 disk:slow")).hasSizeLessThan(8);
    assertThat(written.reasons())
        .contains("test.slow: sampled every 80 ms, not every 40 ms: it took N ms")
        .contains("test.slow: sampled every 160 ms, not every 40 ms: it took N ms");
    assertThat(written.gaps.get(1).numbers()).containsKey("to_ts");
  }

  @Test
  void underOverloadEverythingIsSampledLessOftenUntilItIsOver() throws Exception {
    Counting source = new Counting("disk:fast");
    TierSampler sampler = start(new Sources.Tier(Duration.ofMillis(20), List.of(source)));
    sampler.overloaded(true);
    source.await(source.samples() + 2);
    sampler.overloaded(false);
    source.await(source.samples() + 2);
    sampler.close();
    Written written = written();

    assertThat(written.reasons())
        .startsWith("test.counting: sampled every 80 ms, not every 20 ms: the ticks take too long");
    assertThat(written.gaps).hasSizeGreaterThanOrEqualTo(2);
    assertThat(written.gaps.get(1).numbers()).containsKey("to_ts");
  }

  @Test
  void aSnapshotSamplesEverythingAtOnceAndTheNextOneRests() throws Exception {
    Counting minute = new Counting("disk:a");
    Counting hour = new Counting("disk:b");
    TierSampler sampler = start(
        new Sources.Tier(Duration.ofMinutes(1), List.of(minute)),
        new Sources.Tier(Duration.ofHours(1), List.of(hour)));
    hour.await(1);
    sampler.snapshot("xid");
    hour.await(2);
    sampler.snapshot("again");
    Thread.sleep(20);
    sampler.close();
    Written written = written();

    assertThat(minute.samples()).as("at the start, for the trigger, at the end").isEqualTo(3);
    assertThat(hour.samples()).isEqualTo(3);
    assertThat(written.gaps)
        .singleElement()
        .satisfies(audit -> assertThat(audit.texts().get("detail"))
            .startsWith("for the trigger xid: 2 sources in "));
  }

  private Moment after(Duration time) {
    return new Moment(
        start.tsMicros() + time.toNanos() / 1_000, start.monoNanos() + time.toNanos(), 0);
  }

  /** A file system whose server is gone. */
  private static final class Hanging extends Delayed {
    private final CountDownLatch answer;

    Hanging(CountDownLatch answer) {
      super("test.hanging", "disk:hung");
      this.answer = answer;
    }

    @Override
    void delay() throws InterruptedException {
      answer.await();
    }
  }

  /** A controller that takes its time. */
  private static final class Slow extends Delayed {
    private final Duration time;

    Slow(Duration time) {
      super("test.slow", "disk:slow");
      this.time = time;
    }

    @Override
    void delay() throws InterruptedException {
      Thread.sleep(time.toMillis());
    }
  }

  private static final class Counting extends Delayed {
    private final AtomicInteger samples = new AtomicInteger();

    Counting(String entity) {
      super("test.counting", entity);
    }

    @Override
    void delay() {
      samples.incrementAndGet();
    }

    int samples() {
      return samples.get();
    }

    void await(int all) throws InterruptedException {
      for (int i = 0; samples() < all && i < 4_000; i++) {
        Thread.sleep(5);
      }
    }
  }

  private abstract static class Delayed implements Source {
    private final String name;
    private final ScriptedSource rows;

    Delayed(String name, String entity) {
      this.name = name;
      this.rows = new ScriptedSource(3, entity);
    }

    abstract void delay() throws InterruptedException;

    @Override
    public String name() {
      return name;
    }

    @Override
    public Table table() {
      return rows.table();
    }

    @Override
    public void sample() {
      try {
        delay();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public List<Row> rows() {
      return rows.rows();
    }

    @Override
    public List<Failure> failures() {
      return rows.failures();
    }

    @Override
    public void close() {
      rows.close();
    }
  }

  /** What came into the spool. */
  private static final class Written implements SpoolVisitor {
    private final Map<String, List<Long>> ticks = new TreeMap<>();
    private final List<TextRow> gaps = new ArrayList<>();

    List<String> reasons() {
      return gaps.stream()
          .map(gap -> String.valueOf(gap.texts().get("reason")).replaceAll("took [0-9]+", "took N"))
          .toList();
    }

    @Override
    public void tick(Tick tick) {
      throw new IllegalStateException("no host tick was made");
    }

    @Override
    public void laneTick(LaneName lane, Tick tick) {
      ticks
          .computeIfAbsent(lane.number() + " " + tick.entity(0), key -> new ArrayList<>())
          .add(tick.number());
    }

    @Override
    public void session(NvmlSession session, long monoNanos) {
      throw new IllegalStateException("no session was begun");
    }

    @Override
    public void row(TextRow row, long monoNanos) {
      gaps.add(row);
    }

    @Override
    public void damage(Damage damage) {
      throw new IllegalStateException(damage.reason());
    }
  }
}
