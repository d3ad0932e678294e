package io.esnode.recorder;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.esnode.bundle.NvmlSession;
import io.esnode.metric.Table;
import io.esnode.source.Moment;
import io.esnode.source.Source;
import io.esnode.spool.LaneName;
import io.esnode.spool.RowWatch;
import io.esnode.spool.ScriptedSource;
import io.esnode.spool.SpoolDirectory;
import io.esnode.spool.SpoolReader;
import io.esnode.spool.SpoolVisitor;
import io.esnode.spool.SpoolWatch;
import io.esnode.spool.SpoolWriter;
import io.esnode.spool.Spools;
import io.esnode.spool.TextRow;
import io.esnode.spool.Tick;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A recording of one tick a second on a clock that goes where it is told, and a real spool. */
class BurstTest {
  private static final long MS = 1_000_000;
  private static final long START = Spools.START_MONO;

  @TempDir
  Path dir;

  private final ScriptedSource source = new ScriptedSource(1, "disk:sda");
  private long now = START;
  private long tick;
  private long sampleTakes = MS;
  private SpoolWriter spool;
  private Burst burst;

  @BeforeEach
  void open() throws IOException {
    spool = SpoolWriter.open(
        SpoolDirectory.create(dir.resolve("t.parquet.spool")),
        Spools.header(),
        SpoolWriter.Options.LOSSLESS);
    spool.watch(new NoTrigger());
    burst = burst(100, 3_000);
  }

  @AfterEach
  void close() throws IOException {
    spool.close();
  }

  private Burst burst(long paceMs, long lengthMs) {
    return new Burst(
        new Burst.Plan(paceMs * MS, lengthMs * MS),
        spool,
        List.<Source>of(source),
        1_000 * MS,
        new Audit(this::moment, spool));
  }

  private Moment moment() {
    return new Moment(Spools.START_US + (now - START) / 1_000, now, 0);
  }

  /** One tick, and what comes up to the next; as the recorder does it. */
  private List<Long> second() {
    return second(0);
  }

  /** @param lateMs how late the tick begins */
  private List<Long> second(long lateMs) {
    now = START + tick * 1_000 * MS + lateMs * MS;
    burst.ticked(moment(), lateMs * MS);
    tick++;
    return untilTick();
  }

  private List<Long> untilTick() {
    List<Long> sampledMs = new ArrayList<>();
    long due = START + tick * 1_000 * MS;
    while (now < due) {
      long wait = burst.wait(now, due);
      if (wait > 0) {
        now += wait;
      } else {
        Moment began = moment();
        sampledMs.add((now - START) / MS);
        source.sample();
        now += sampleTakes;
        burst.sampled(began, now);
      }
    }
    return sampledMs;
  }

  private Written written() throws IOException {
    spool.end("test over", now);
    spool.close();
    Written written = new Written();
    try (SpoolDirectory directory = SpoolDirectory.open(dir.resolve("t.parquet.spool"))) {
      SpoolReader.open(directory).read(written);
    }
    return written;
  }

  @Test
  void whereNothingFiresNothingComesBetweenTheTicks() throws IOException {
    assertThat(second()).isEmpty();
    assertThat(second()).isEmpty();
    assertThat(written().audits).isEmpty();
  }

  @Test
  void samplesComeAtEqualDistancesBetweenTheTicksUntilItsTimeIsOver() throws IOException {
    second();
    now = START + 1_000 * MS;
    burst.ticked(moment(), 0);
    now += 250 * MS;
    burst.ask("xid", now);
    tick++;

    assertThat(untilTick()).containsExactly(1300L, 1400L, 1500L, 1600L, 1700L, 1800L, 1900L);
    assertThat(second())
        .containsExactly(2100L, 2200L, 2300L, 2400L, 2500L, 2600L, 2700L, 2800L, 2900L);
    assertThat(second()).hasSize(9);
    assertThat(second()).containsExactly(4100L, 4200L);
    assertThat(second()).isEmpty();

    Written written = written();
    assertThat(written.numbers).hasSize(27).startsWith(0L, 1L, 2L).endsWith(26L);
    assertThat(written.tsMicros.get(0)).isEqualTo(Spools.START_US + 1_300_000);
    assertThat(written.lanes).containsOnly("burst test.disk burst");
    assertThat(written.audits)
        .containsExactly(
            "burst.started success for the trigger xid: every 100 ms for 3000 ms",
            "burst.ended success for the trigger xid: 27 samples between the ticks, every 100 ms");
  }

  @Test
  void noSampleBeginsWhereItCouldDelayTheTick() {
    burst = burst(300, 10_000);
    second();
    burst.ask("xid", now);
    assertThat(second()).containsExactly(1300L, 1600L);

    sampleTakes = 250 * MS;
    assertThat(second()).containsExactly(2300L);
    assertThat(second()).containsExactly(3300L);
  }

  @Test
  void whatFiresWhileOneLastsNeitherProlongsItNorIsRemembered() throws IOException {
    second();
    burst.ask("xid", now);
    second();
    burst.ask("by hand", now);
    second();
    second();
    assertThat(second()).isEmpty();
    assertThat(second()).isEmpty();
    assertThat(written().audits).hasSize(2);
  }

  @Test
  void itRestsAsLongAsItLasted() throws IOException {
    second();
    burst.ask("xid", now);
    for (int i = 0; i < 5; i++) {
      second();
    }
    burst.ask("too soon", now);
    assertThat(second()).isEmpty();
    second();
    burst.ask("later", now);
    assertThat(second()).isNotEmpty();

    assertThat(written().audits)
        .contains("burst.refused failure for the trigger too soon: the last one ended 2000 ms ago")
        .contains("burst.started success for the trigger later: every 100 ms for 3000 ms");
  }

  @Test
  void itWaitsForARecorderThatIsLate() {
    second();
    burst.ask("xid", now);
    assertThat(second(600)).isEmpty();
    assertThat(second(600)).isEmpty();
    assertThat(second(0)).hasSize(9);
  }

  @Test
  void whereTheRecorderStaysLateThereIsNone() throws IOException {
    second(600);
    burst.ask("xid", now);
    for (int i = 0; i < 5; i++) {
      assertThat(second(600)).isEmpty();
    }
    assertThat(second()).isEmpty();
    assertThat(written().audits)
        .containsExactly("burst.refused failure for the trigger xid: the ticks are 600 ms late");
  }

  @Test
  void itEndsWhenTheTicksFallBehind() throws IOException {
    second();
    burst.ask("xid", now);
    second();
    assertThat(second(700)).isEmpty();
    assertThat(written().audits)
        .endsWith(
            "burst.ended failure for the trigger xid: 9 samples between the ticks, every 100 ms; early: the ticks are 700 ms late");
  }

  @Test
  void slowSamplesDoubleThePace() throws IOException {
    sampleTakes = 60 * MS;
    second();
    burst.ask("xid", now);

    assertThat(second()).containsExactly(1100L, 1200L, 1300L, 1400L, 1600L, 1800L);
    assertThat(written().audits)
        .contains(
            "burst.slowed failure for the trigger xid: every 200 ms, because a sample takes 60 ms");
  }

  @Test
  void whoFollowsIsToldThePaceAndWhenItIsOver() {
    List<Long> toldMs = new ArrayList<>();
    burst.follow(nanos -> toldMs.add(nanos / MS));
    sampleTakes = 60 * MS;
    second();
    assertThat(toldMs).isEmpty();

    burst.ask("xid", now);
    second();
    assertThat(toldMs).containsExactly(100L, 200L);
    burst.close(now);

    assertThat(toldMs).containsExactly(100L, 200L, 1_000L);
  }

  @Test
  void samplesThatTakeTooLongEndIt() throws IOException {
    burst = burst(400, 10_000);
    sampleTakes = 250 * MS;
    second();
    burst.ask("xid", now);
    for (int i = 0; i < 4; i++) {
      second();
    }
    assertThat(second()).isEmpty();
    assertThat(written().audits)
        .endsWith(
            "burst.slowed failure for the trigger xid: every 800 ms, because a sample takes 250 ms");
  }

  @Test
  void theEndOfTheRecordingEndsIt() throws IOException {
    second();
    burst.ask("xid", now);
    second();
    burst.close(now);
    assertThat(written().audits)
        .endsWith(
            "burst.ended failure for the trigger xid: 9 samples between the ticks, every 100 ms; early: the recording ends");
  }

  @Test
  void aSampleAllocatesNothing() {
    burst = burst(100, Duration.ofDays(1).toMillis());
    second();
    burst.ask("xid", now);
    second();
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long least = Long.MAX_VALUE;
    for (int round = 0; round < 1_000; round++) {
      Moment began = moment();
      long before = threads.getCurrentThreadAllocatedBytes();
      long wait = burst.wait(now, now + 1_000 * MS);
      burst.sampled(began, now + sampleTakes + Math.min(wait, 0));
      least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
    }

    assertThat(least).isZero();
  }

  /** What belongs to no tick is nothing that triggers look at. */
  private static final class NoTrigger implements SpoolWatch {
    @Override
    public RowWatch rows(Table table, String origin) {
      throw new IllegalStateException("watched: " + table.name() + " " + origin);
    }

    @Override
    public void event(TextRow row, long monoNanos) {}
  }

  /** What came into the spool. */
  private static final class Written implements SpoolVisitor {
    private final List<Long> numbers = new ArrayList<>();
    private final List<Long> tsMicros = new ArrayList<>();
    private final List<String> lanes = new ArrayList<>();
    private final List<String> audits = new ArrayList<>();

    @Override
    public void tick(Tick tick) {
      throw new IllegalStateException("no tick was made");
    }

    @Override
    public void laneTick(LaneName lane, Tick tick) {
      numbers.add(tick.number());
      tsMicros.add(tick.tsMicros());
      lanes.add(lane.origin() + " " + tick.source(0));
    }

    @Override
    public void session(NvmlSession session, long monoNanos) {
      throw new IllegalStateException("no session was begun");
    }

    @Override
    public void row(TextRow row, long monoNanos) {
      audits.add("%s %s %s"
          .formatted(
              row.texts().get("action"), row.texts().get("outcome"), row.texts().get("detail")));
    }

    @Override
    public void damage(Damage damage) {
      throw new IllegalStateException(damage.reason());
    }
  }
}
