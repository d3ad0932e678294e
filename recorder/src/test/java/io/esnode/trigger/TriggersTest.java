package io.esnode.trigger;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.esnode.bundle.NvmlSession;
import io.esnode.kernel.KernelRecord;
import io.esnode.metric.Registry;
import io.esnode.metric.Table;
import io.esnode.source.Failure;
import io.esnode.source.Row;
import io.esnode.source.Source;
import io.esnode.source.Sources;
import io.esnode.spool.LaneName;
import io.esnode.spool.RowWatch;
import io.esnode.spool.SpoolDirectory;
import io.esnode.spool.SpoolReader;
import io.esnode.spool.SpoolVisitor;
import io.esnode.spool.SpoolWriter;
import io.esnode.spool.Spools;
import io.esnode.spool.TextRow;
import io.esnode.spool.Tick;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TriggersTest {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Table PSI = Registry.get().table("psi");
  private static final Table DISK = Registry.get().table("disk");

  @TempDir
  Path dir;

  private final List<Firing> fired = new ArrayList<>();
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

  private Triggers triggers(Duration holdOff, String... declared) throws TriggerException {
    List<Trigger> parsed = new ArrayList<>();
    for (String text : declared) {
      parsed.add(Trigger.parse(text));
    }
    Triggers triggers = new Triggers(parsed, holdOff, SECOND, spool);
    triggers.listen(fired::add);
    spool.watch(triggers);
    return triggers;
  }

  /** Shows one value a second, null where it is missing, and says at which ticks something fired. */
  private List<Long> firedAt(RowWatch watch, Table table, String column, @Nullable Long... values) {
    Row row = new Row(table, table.equals(DISK) ? "disk:sda" : "node");
    List<Row> rows = List.of(row);
    fired.clear();
    for (int tick = 0; tick < values.length; tick++) {
      row.clear();
      Long value = values[tick];
      if (value != null) {
        row.set(table.indexOf(column), value);
      }
      watch.rows(
          tick, Spools.moment(tick).tsMicros(), Spools.START_MONO + tick * Spools.SECOND, rows);
    }
    return fired.stream().map(Firing::tick).toList();
  }

  private List<Long> pressure(String trigger, @Nullable Long... values) throws TriggerException {
    RowWatch watch = triggers(Duration.ZERO, trigger).rows(PSI, "live");
    return firedAt(watch, PSI, "memory_full_avg10_pct", values);
  }

  private List<Long> reads(String trigger, @Nullable Long... values) throws TriggerException {
    RowWatch watch = triggers(Duration.ZERO, trigger).rows(DISK, "live");
    return firedAt(watch, DISK, "read_bytes", values);
  }

  @Test
  void triggerThatStaysDeclaredKeepsWhatItHasSeen() throws TriggerException {
    Trigger stays = Trigger.parse("psi.memory_full_avg10_pct > 10");
    Trigger comes = Trigger.parse("psi.memory_full_avg10_pct > 5");
    Triggers triggers = triggers(Duration.ofMinutes(5), stays.text());
    RowWatch watch = triggers.rows(PSI, "live");
    assertThat(firedAt(watch, PSI, "memory_full_avg10_pct", 2000L, 2000L)).containsExactly(0L);

    triggers.rearm(List.of(comes, stays), Duration.ofMinutes(5));
    assertThat(firedAt(watch, PSI, "memory_full_avg10_pct", 2000L, 2000L)).containsExactly(0L);
    assertThat(fired).extracting(Firing::trigger).containsExactly(comes.text());

    triggers.rearm(List.of(), Duration.ofMinutes(5));
    assertThat(firedAt(watch, PSI, "memory_full_avg10_pct", 0L, 9000L)).isEmpty();
  }

  @Test
  void holdOffThatChangesCountsForWhatHasFired() throws TriggerException {
    Trigger trigger = Trigger.parse("psi.memory_full_avg10_pct > 10");
    Triggers triggers = triggers(Duration.ofMinutes(5), trigger.text());
    RowWatch watch = triggers.rows(PSI, "live");
    assertThat(firedAt(watch, PSI, "memory_full_avg10_pct", 2000L, 0L, 2000L)).containsExactly(0L);

    triggers.rearm(List.of(trigger), Duration.ofSeconds(1));

    assertThat(firedAt(watch, PSI, "memory_full_avg10_pct", 0L, 0L, 2000L)).containsExactly(2L);
  }

  @Test
  void firesOnceUntilItWasFalse() throws TriggerException {
    String trigger = "psi.memory_full_avg10_pct > 10";

    assertThat(pressure(trigger, 1000L, 1001L, 5000L, 900L, 1001L, 1001L)).containsExactly(1L, 4L);
    assertThat(fired.get(0).observed()).isEqualTo("psi.memory_full_avg10_pct was 10.01 %");
  }

  @Test
  void holdsForAsLongAsWasDeclared() throws TriggerException {
    String trigger = "psi.memory_full_avg10_pct > 10 for 2s";

    assertThat(pressure(trigger, 2000L, 2000L, 0L, 2000L, 2000L, 2000L, 2000L)).containsExactly(5L);
    assertThat(fired.get(0).observed())
        .isEqualTo("psi.memory_full_avg10_pct was 20.00 %; true for 2000 ms");
  }

  @Test
  void missingValueNeitherEndsNorProlongsWhatHolds() throws TriggerException {
    String trigger = "psi.memory_full_avg10_pct > 10 for 2s";

    assertThat(pressure(trigger, 2000L, 2000L, null, null, 2000L, 2000L)).containsExactly(5L);
  }

  @Test
  void valueThatIsMissingAllTheTimeFiresNothing() throws TriggerException {
    assertThat(pressure("psi.memory_full_avg10_pct < 10", null, null, null)).isEmpty();
    assertThat(pressure("psi.memory_full_avg10_pct != 10", null, null, null)).isEmpty();
  }

  @Test
  void rateIsTheGrowthPerSecondAndAZeroRateIsOne() throws TriggerException {
    assertThat(reads("rate(disk.read_bytes) > 1k", 5000L, 5500L, 9000L)).containsExactly(2L);
    assertThat(fired.get(0).observed()).isEqualTo("rate(disk.read_bytes) was 3500 B/s");
    assertThat(reads("rate(disk.read_bytes) == 0", 7L, 7L)).containsExactly(1L);
  }

  @Test
  void counterThatStartedAgainHasNoRateAtThatTick() throws TriggerException {
    assertThat(reads("rate(disk.read_bytes) != 0", 5000L, 5000L, 100L, 100L, 200L))
        .containsExactly(4L);
  }

  @Test
  void missingSampleSpreadsTheGrowthOverBothSeconds() throws TriggerException {
    assertThat(reads("rate(disk.read_bytes) >= 1000", 0L, null, 1999L)).isEmpty();
    assertThat(reads("rate(disk.read_bytes) >= 1000", 0L, null, 2000L)).containsExactly(2L);
  }

  @Test
  void hostThatStoodStillHasNoRateAndHoldsNothing() throws TriggerException {
    Triggers triggers =
        triggers(Duration.ZERO, "rate(disk.read_bytes) < 5", "disk.read_bytes > 0 for 10s");
    RowWatch watch = triggers.rows(DISK, "live");
    Row row = new Row(DISK, "disk:sda");
    List<Row> rows = List.of(row);
    for (long tick : new long[] {0, 3600, 3601}) {
      row.set(DISK.indexOf("read_bytes"), 100 + tick * 10);
      watch.rows(tick, 0, Spools.START_MONO + tick * Spools.SECOND, rows);
    }

    assertThat(fired).isEmpty();
  }

  @Test
  void holdOffIsOfTheTriggerAndWhatIsStillTrueFiresWhenItIsOver() throws TriggerException {
    RowWatch watch = triggers(Duration.ofSeconds(3), "disk.in_flight_count > 5").rows(DISK, "live");
    Row a = new Row(DISK, "disk:sda");
    Row b = new Row(DISK, "disk:sdb");
    List<Row> rows = List.of(a, b);
    int column = DISK.indexOf("in_flight_count");
    for (int tick = 0; tick < 8; tick++) {
      a.set(column, tick == 0 ? 0 : 9);
      b.set(column, tick < 2 ? 0 : 9);
      watch.rows(tick, 0, tick * Spools.SECOND, rows);
    }

    assertThat(fired).extracting(Firing::tick).containsExactly(1L, 4L);
    assertThat(fired).extracting(Firing::entity).containsExactly("disk:sda", "disk:sdb");
  }

  @Test
  void onlyTheNamedEntityCountsAndOneThatStaysKeepsItsTime() throws TriggerException {
    RowWatch watch =
        triggers(Duration.ZERO, "disk[disk:sdb].in_flight_count > 5 for 2s").rows(DISK, "live");
    int column = DISK.indexOf("in_flight_count");
    for (int tick = 0; tick < 3; tick++) {
      Row a = new Row(DISK, "disk:sda");
      Row b = new Row(DISK, "disk:sdb");
      a.set(column, 9);
      b.set(column, 9);
      watch.rows(tick, 0, tick * Spools.SECOND, tick == 1 ? List.of(b, a) : List.of(a, b));
    }

    assertThat(fired).singleElement().satisfies(firing -> {
      assertThat(firing.entity()).isEqualTo("disk:sdb");
      assertThat(firing.tick()).isEqualTo(2);
    });
  }

  @Test
  void bitsAreLookedAtTogether() throws TriggerException {
    Table gpu = Registry.get().table("gpu");
    RowWatch watch =
        triggers(Duration.ZERO, "gpu.clocks_event_reasons & 0x48").rows(gpu, "simulated");

    assertThat(firedAt(watch, gpu, "clocks_event_reasons", 0x4L, 0x44L)).containsExactly(1L);
    assertThat(fired.get(0).origin()).isEqualTo("simulated");
  }

  /** The kernel's own texts, read as at every tick, and changed under the recorder. */
  @Test
  void firingIsARowAtTheTickOfWhatWasSeen() throws Exception {
    Path proc = dir.resolve("proc");
    copy("pressure/memory", proc);
    copy("meminfo", proc);
    copy("diskstats", proc);
    triggers(Duration.ofMinutes(5), "psi.memory_full_avg10_pct > 10", "host.mem_total_bytes > 1");
    try (Sources sources = Sources.host(proc, dir.resolve("sys"))) {
      for (int tick = 0; tick < 4; tick++) {
        if (tick == 2) {
          Files.writeString(proc.resolve("pressure/memory"), """
              some avg10=60.12 avg60=9.80 avg300=2.10 total=8123456
              full avg10=31.07 avg60=4.11 avg300=1.00 total=5123456
              """);
        }
        sources.sources().forEach(Source::sample);
        spool.tick(tick, Spools.moment(tick), sources.sources());
      }
    }
    spool.end("test over", Spools.moment(4).monoNanos());

    List<TextRow> events = rows("event");
    assertThat(events)
        .extracting(row -> row.texts().get("text"))
        .containsExactly(
            "host.mem_total_bytes was 25276502016 B", "psi.memory_full_avg10_pct was 31.07 %");
    assertThat(events.get(1)).satisfies(row -> {
      assertThat(row.tick()).isEqualTo(2);
      assertThat(row.entity()).isEqualTo("node");
      assertThat(row.tsMicros()).isEqualTo(Spools.moment(2).tsMicros());
      assertThat(row.texts())
          .containsEntry("event_class", "trigger")
          .containsEntry("reason", "psi.memory_full_avg10_pct > 10");
    });
  }

  @Test
  void laneIsLookedAtTickForTick() throws TriggerException {
    triggers(Duration.ZERO, "gpu.temperature_c >= 90");
    Table gpu = Registry.get().table("gpu");
    Row row = new Row(gpu, "gpu:GPU-1");
    row.set(gpu.indexOf("temperature_c"), 91);

    spool
        .lane(gpu, "gpu:GPU-1", "nvml", "live")
        .tick(3, Spools.START_US, Spools.START_MONO, List.of(row));

    assertThat(fired).singleElement().satisfies(firing -> {
      assertThat(firing.tick()).isEqualTo(3);
      assertThat(firing.observed()).isEqualTo("gpu.temperature_c was 91 Cel");
    });
  }

  private TextRow event(String origin, Map<String, String> texts, Map<String, Long> numbers) {
    return new TextRow("event", "gpu:GPU-1", "kmsg", origin, null, Spools.START_US, texts, numbers);
  }

  @Test
  void xidFiresFromTheKernelLogAndFromNvml() throws TriggerException {
    triggers(Duration.ZERO, "xid 79");
    Map<String, String> xid = Map.of("event_class", "xid");

    spool.row(event("live", xid, Map.of("code", 31L)), 1);
    spool.row(event("pre_record", xid, Map.of("code", 79L)), 2);
    spool.row(event("live", Map.of("event_class", "user_written"), Map.of("code", 79L)), 3);
    spool.row(event("live", xid, Map.of("code", 79L)), 4);
    spool.row(event("live", Map.of("event_class", "nvml"), Map.of("code", 8L, "data", 79L)), 5);

    assertThat(fired).extracting(Firing::monoNanos).containsExactly(4L, 5L);
    assertThat(fired).extracting(Firing::observed).containsOnly("XID 79");
    assertThat(fired).extracting(Firing::entity).containsOnly("gpu:GPU-1");
  }

  @Test
  void lineOfTheKernelFiresWithItsTextAsTheRecordingShowsIt() throws TriggerException {
    Triggers triggers = triggers(Duration.ofSeconds(10), "kernel \"link (is|was) Down\"");

    for (String line : List.of("eth0: link is Up", "eth0: link is Down", "eth0: link was Down")) {
      triggers.live(
          KernelRecord.ofKernel(4, 1, 1, line), "net:eth0", () -> "token", Spools.START_US, 7);
    }

    assertThat(fired).singleElement().satisfies(firing -> {
      assertThat(firing.observed()).isEqualTo("token");
      assertThat(firing.entity()).isEqualTo("net:eth0");
    });
  }

  @Test
  void expressionThatExplodesIsStoppedAndSaidOnce() throws Exception {
    Triggers triggers = triggers(Duration.ZERO, "kernel \"(x+x+)+y\"", "kernel \"(x|z)*y\"");
    KernelRecord line = KernelRecord.ofKernel(4, 1, 1, "x".repeat(5_000));

    triggers.live(line, "node", line::text, Spools.START_US, 7);
    triggers.live(line, "node", line::text, Spools.START_US, 8);
    spool.end("test over", 9);

    assertThat(fired).isEmpty();
    assertThat(rows("gap"))
        .isNotEmpty()
        .allSatisfy(row -> assertThat(row.texts().get("reason")).contains("takes too many steps"));
    assertThat(rows("gap").stream().distinct().count()).isEqualTo(rows("gap").size());
  }

  @Test
  void commandThatFailsFiresAndOneThatSucceedsDoesNot() throws TriggerException {
    Triggers triggers = triggers(Duration.ZERO, "exit");

    triggers.ended(0, Spools.moment(1));
    assertThat(fired).isEmpty();
    triggers.ended(7, Spools.moment(2));

    assertThat(fired)
        .extracting(Firing::observed)
        .containsExactly("the command ended with status 7");
    assertThat(triggers.last()).contains(fired.get(0));
  }

  @Test
  void marksAndFiringsByHandAreCleanAndShort() throws Exception {
    Triggers triggers = triggers(Duration.ZERO);

    triggers.mark("epoch 3 \u001b[31m" + "x".repeat(3_000), Spools.moment(1));
    triggers.byHand("look\nhere", Spools.moment(2));
    spool.end("test over", Spools.moment(3).monoNanos());

    List<TextRow> events = rows("event");
    assertThat(events.get(0).texts()).containsEntry("event_class", "mark");
    assertThat(events.get(0).texts().get("text"))
        .startsWith("epoch 3 \\x1b[31mxxx")
        .hasSize(1024);
    assertThat(events.get(1).texts())
        .containsEntry("event_class", "trigger")
        .containsEntry("reason", "look\\x0ahere");
    assertThat(fired).hasSize(1);
  }

  @Test
  void triggersThatCannotFireHereSayWhy() throws TriggerException {
    Triggers triggers = triggers(
        Duration.ZERO, "nvlink.speed_mbytes_per_s > 0", "exit", "host.load_1min > 5", "xid");

    Map<Trigger, String> idle =
        triggers.idle(List.of(new Failure("node", "gpu", "no NVIDIA driver")), false);

    assertThat(idle.values())
        .containsExactlyInAnyOrder("no NVIDIA driver", "no command is recorded");
  }

  @Test
  void steadyStateAllocatesNothing() throws TriggerException {
    RowWatch watch = triggers(
            Duration.ofMinutes(5),
            "disk.in_flight_count > 5 for 2s",
            "rate(disk.read_bytes) > 5 for 1h",
            "disk[disk:sdb].read_bytes < 0")
        .rows(DISK, "live");
    List<Row> rows = List.of(new Row(DISK, "disk:sda"), new Row(DISK, "disk:sdb"));
    rows.forEach(row -> row.set(DISK.indexOf("in_flight_count"), 9));
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    show(watch, rows, 0, 5_000);
    long before = threads.getCurrentThreadAllocatedBytes();

    show(watch, rows, 5_000, 10_000);

    assertThat((threads.getCurrentThreadAllocatedBytes() - before) / 5_000)
        .as("bytes per tick")
        .isZero();
  }

  private static void show(RowWatch watch, List<Row> rows, int from, int to) {
    int column = DISK.indexOf("read_bytes");
    for (int tick = from; tick < to; tick++) {
      for (int i = 0; i < rows.size(); i++) {
        rows.get(i).set(column, tick * 100L);
      }
      watch.rows(tick, 0, tick * Spools.SECOND, rows);
    }
  }

  private static void copy(String name, Path proc) throws IOException {
    Path to = proc.resolve(name);
    Files.createDirectories(to.getParent());
    Files.copy(Path.of("src/test/resources/io/esnode/source/linux-6.18/proc").resolve(name), to);
  }

  private List<TextRow> rows(String table) throws IOException {
    List<TextRow> found = new ArrayList<>();
    spool.close();
    try (SpoolDirectory directory = SpoolDirectory.open(dir.resolve("t.parquet.spool"))) {
      SpoolReader.open(directory).read(new SpoolVisitor() {
        @Override
        public void tick(Tick tick) {}

        @Override
        public void laneTick(LaneName lane, Tick tick) {}

        @Override
        public void session(NvmlSession session, long monoNanos) {}

        @Override
        public void row(TextRow row, long monoNanos) {
          if (row.table().equals(table)) {
            found.add(row);
          }
        }

        @Override
        public void damage(Damage damage) {}
      });
    }
    return found;
  }
}
