package io.esnode.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.esnode.bundle.NvmlSession;
import io.esnode.metric.Registry;
import io.esnode.metric.Table;
import io.esnode.spool.LaneName;
import io.esnode.spool.SpoolDirectory;
import io.esnode.spool.SpoolReader;
import io.esnode.spool.SpoolVisitor;
import io.esnode.spool.SpoolWriter;
import io.esnode.spool.Spools;
import io.esnode.spool.TextRow;
import io.esnode.spool.Tick;
import io.esnode.wire.Message;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GpuIntakeTest {
  private static final Message.Layout LAYOUT = new Message.Layout(
      "gpu",
      List.of("power_instant_mw", "temperature_c"),
      List.of("nvmlDeviceGetFieldValues 186", ""));
  private static final Message.Absence LOST =
      new Message.Absence("gpu:GPU-a", "gpu", 15, "nvmlDeviceGetFieldValues: GPU is lost (15)");
  private static final Message.Absence NO_FAN =
      new Message.Absence("gpu:GPU-a", "gpu.fan_speed_pct", 3, "nvmlDeviceGetFanSpeed_v2: 3");

  @TempDir
  Path dir;

  private SpoolWriter spool;

  @BeforeEach
  void open() throws IOException {
    spool = SpoolWriter.open(
        SpoolDirectory.create(dir.resolve("spool")), Spools.header(), SpoolWriter.Options.LOSSLESS);
  }

  @Test
  void valuesGoWhereTheRegistryHasTheirColumns() throws IOException {
    GpuIntake intake = new GpuIntake(spool);
    begin(intake);

    intake.accept(new OneRow(0, 7, 70_000L, 34L));
    intake.accept(new OneRow(0, 8, null, 35L));

    assertThat(end().ticks)
        .containsExactly(
            "gpu:GPU-a 7 temperature_c=34 power_instant_mw=70000", "gpu:GPU-a 8 temperature_c=35");
  }

  @Test
  void whatIsAskedBetweenTheTicksHasALaneOfItsOwnAndNoTick() throws IOException {
    GpuIntake intake = new GpuIntake(spool);
    begin(intake);

    intake.accept(new OneRow(0, 7, 70_000L, 34L));
    intake.accept(new OneRow(0, Message.Rows.NO_TICK, 71_000L, 35L));
    intake.accept(new OneRow(0, Message.Rows.NO_TICK, 72_000L, 36L));
    intake.accept(new OneRow(0, 8, 73_000L, 37L));
    intake.over();
    begin(intake);
    intake.accept(new OneRow(0, Message.Rows.NO_TICK, 74_000L, 38L));

    Told told = end();
    assertThat(told.ticks)
        .containsExactly(
            "gpu:GPU-a 7 temperature_c=34 power_instant_mw=70000",
            "gpu:GPU-a 0 temperature_c=35 power_instant_mw=71000",
            "gpu:GPU-a 1 temperature_c=36 power_instant_mw=72000",
            "gpu:GPU-a 8 temperature_c=37 power_instant_mw=73000",
            "gpu:GPU-a 2 temperature_c=38 power_instant_mw=74000");
    assertThat(told.lanes)
        .extracting(LaneName::isBurst)
        .containsExactly(false, true, true, false, true);
    assertThat(told.lanes).extracting(LaneName::rowOrigin).containsOnly("live");
    assertThat(told.lanes.get(1).metric()).isEqualTo("burst.gpu");
  }

  @Test
  void whatASimulatedGpuSaysBetweenTheTicksIsSimulated() throws IOException {
    GpuIntake intake = new GpuIntake(spool, () -> true);
    begin(intake);

    intake.accept(new OneRow(0, Message.Rows.NO_TICK, 71_000L, 35L));

    assertThat(end().lanes).singleElement().satisfies(lane -> {
      assertThat(lane.isBurst()).isTrue();
      assertThat(lane.rowOrigin()).isEqualTo("simulated");
    });
  }

  /** A process that has been replaced complains of nothing at once; only its ticks say that there is nothing. */
  @Test
  void samplesBetweenTheTicksDoNotSayThatWhatWasMissingIsBack() throws IOException {
    GpuIntake intake = new GpuIntake(spool);
    begin(intake);
    intake.accept(new Message.Absences(0, 0, 1_000_000, 1, List.of(NO_FAN)));
    intake.over();
    begin(intake);

    for (int i = 0; i < 3; i++) {
      intake.accept(new OneRow(0, Message.Rows.NO_TICK, 71_000L, 35L));
    }

    assertThat(end().gaps()).hasSize(1);
  }

  @Test
  void absenceIsAGapFromWhenItBeganToWhenItWasOver() throws IOException {
    GpuIntake intake = new GpuIntake(spool);
    begin(intake);

    intake.accept(new Message.Absences(0, 0, 1_000_000, 1, List.of(NO_FAN)));
    intake.accept(new Message.Absences(0, 0, 2_000_000, 2, List.of(NO_FAN, LOST)));
    intake.accept(new Message.Absences(0, 0, 3_000_000, 3, List.of(NO_FAN)));

    assertThat(end().gaps())
        .containsExactly(
            "gpu:GPU-a gpu.fan_speed_pct code 3 from 1000000 to null",
            "gpu:GPU-a gpu code 15 from 2000000 to null",
            "gpu:GPU-a gpu code 15 from 2000000 to 3000000");
  }

  @Test
  void whatIsStillAbsentAfterAReplacementIsOneGap() throws IOException {
    GpuIntake intake = new GpuIntake(spool);
    begin(intake);
    intake.accept(new Message.Absences(0, 0, 1_000_000, 1, List.of(NO_FAN, LOST)));

    intake.over();
    begin(intake);
    intake.accept(new OneRow(0, 1, 1L, 1L));
    intake.accept(new Message.Absences(0, 0, 9_000_000, 9, List.of(NO_FAN)));
    intake.accept(new OneRow(0, 2, 1L, 1L));

    assertThat(end().gaps())
        .containsExactly(
            "gpu:GPU-a gpu.fan_speed_pct code 3 from 1000000 to null",
            "gpu:GPU-a gpu code 15 from 1000000 to null",
            "gpu:GPU-a gpu code 15 from 1000000 to 9000000");
  }

  /** A process that has nothing to complain of says nothing. */
  @Test
  void whatANewProcessDoesNotMissIsOverWithItsFirstTick() throws IOException {
    GpuIntake intake = new GpuIntake(spool);
    begin(intake);
    intake.accept(new Message.Absences(0, 0, 1_000_000, 1, List.of(LOST)));

    intake.over();
    begin(intake);
    intake.accept(new OneRow(0, 1, 1L, 1L));
    intake.accept(new OneRow(0, 2, 1L, 1L));

    assertThat(end().gaps())
        .containsExactly(
            "gpu:GPU-a gpu code 15 from 1000000 to null",
            "gpu:GPU-a gpu code 15 from 1000000 to " + (Spools.START_US + 1));
  }

  @Test
  void driverThatCameBackEndsWhatItsAbsenceMeant() throws IOException {
    GpuIntake intake = new GpuIntake(spool);
    Message.Absence unloaded =
        new Message.Absence("node", "gpu", 9, "nvmlInit_v2: driver not loaded (9)");
    intake.accept(session());
    intake.accept(new Message.Absences(-1, 0, 1_000_000, 1, List.of(unloaded)));

    begin(intake);

    assertThat(end().gaps())
        .containsExactly(
            "node gpu code 9 from 1000000 to null",
            "node gpu code 9 from 1000000 to " + Spools.START_US);
  }

  @Test
  void sampleThatWasHarvestedBeforeIsNotHarvestedAgain() throws IOException {
    GpuIntake intake = new GpuIntake(spool);
    begin(intake);
    intake.accept(harvested(10, 1L));
    intake.accept(harvested(20, 2L));
    intake.over();
    begin(intake);

    intake.accept(harvested(10, 1L));
    intake.accept(harvested(20, 2L));
    intake.accept(harvested(30, 3L));

    assertThat(end().rows)
        .filteredOn(row -> row.table().equals("gpu"))
        .extracting(TextRow::tsMicros)
        .containsExactly(10L, 20L, 30L);
  }

  private static Message.Note harvested(long ts, long power) {
    return new Message.Note(
        "gpu",
        "gpu:GPU-a",
        "nvml",
        "pre_record",
        null,
        ts,
        1,
        Map.of(),
        Map.of("power_instant_mw", power));
  }

  @Test
  void gpuThatComesBackAtAnotherPlaceGoesOnInItsLane() throws IOException {
    GpuIntake intake = new GpuIntake(spool);
    begin(intake);
    intake.accept(new OneRow(0, 1, 1L, 1L));
    intake.over();
    intake.accept(session());
    intake.accept(new Message.Gpu(1, "gpu:GPU-a", Map.of("name", "H100")));

    intake.accept(new OneRow(1, 2, 2L, 2L));

    Told told = end();
    assertThat(told.lanes).containsOnly(new LaneName(0, "gpu", "gpu:GPU-a", "live"));
    assertThat(told.ticks).hasSize(2);
    assertThat(told.sessions).extracting(NvmlSession::number).containsExactly(0L, 1L);
    assertThat(told.rows).filteredOn(row -> row.table().equals("inventory")).hasSize(1);
  }

  @Test
  void nothingOfASimulatedSessionIsCalledLive() throws IOException {
    GpuIntake intake = new GpuIntake(spool, () -> true);
    begin(intake);
    intake.accept(new OneRow(0, 1, 1L, 1L));
    intake.accept(new Message.Absences(0, 0, 1_000_000, 1, List.of(LOST)));
    intake.accept(note("event", Map.of("event_class", "xid"), Map.of("code", 79L)));

    Told told = end();

    assertThat(told.lanes).extracting(LaneName::origin).containsOnly("simulated");
    assertThat(told.sessions).extracting(NvmlSession::simulated).containsOnly(true);
    assertThat(told.rows)
        .filteredOn(row -> !row.table().equals("audit"))
        .extracting(TextRow::origin)
        .containsOnly("simulated");
  }

  @Test
  void noteKeepsItsOriginAndLosesWhatTheRegistryLacks() throws IOException {
    GpuIntake intake = new GpuIntake(spool);
    begin(intake);

    intake.accept(note("gpu", Map.of("colour", "green"), Map.of("power_instant_mw", 5L)));
    intake.accept(note("gpu", Map.of("colour", "green"), Map.of("power_instant_mw", 6L)));
    intake.accept(note("no_such_table", Map.of(), Map.of()));

    Told told = end();
    assertThat(told.rows)
        .filteredOn(row -> row.table().equals("gpu"))
        .extracting(row -> row.origin() + row.texts() + row.numbers())
        .containsExactly("pre_record{}{power_instant_mw=5}", "pre_record{}{power_instant_mw=6}");
    assertThat(told.rows)
        .filteredOn(row -> row.table().equals("gap"))
        .extracting(row -> row.texts().get("metric"))
        .containsExactly("gpu.colour", "no_such_table");
  }

  @Test
  void rowsOfAGpuThatWasNotIntroducedAreRefused() throws IOException {
    GpuIntake intake = new GpuIntake(spool);
    begin(intake);

    intake.accept(new OneRow(3, 1, 1L, 1L));
    intake.accept(new OneRow(3, 2, 1L, 1L));

    Told told = end();
    assertThat(told.ticks).isEmpty();
    assertThat(told.gaps()).hasSize(1);
  }

  private static void begin(GpuIntake intake) {
    intake.accept(new Message.Hello(1, Map.of("library.path", "/lib/x.so")));
    intake.accept(session());
    intake.accept(new Message.Gpu(0, "gpu:GPU-a", Map.of("name", "H100")));
  }

  private static Message.Session session() {
    return new Message.Session(0, 0, Spools.START_US, Spools.START_MONO, Map.of(), List.of(LAYOUT));
  }

  private static Message.Note note(
      String table, Map<String, String> texts, Map<String, Long> numbers) {
    return new Message.Note(
        table, "gpu:GPU-a", "nvml", "pre_record", null, Spools.START_US, 1, texts, numbers);
  }

  private Told end() throws IOException {
    spool.end("test over", Spools.START_MONO);
    spool.close();
    Told told = new Told();
    try (SpoolDirectory directory = SpoolDirectory.open(dir.resolve("spool"))) {
      SpoolReader.open(directory).read(told);
    }
    return told;
  }

  /** One row of {@link #LAYOUT}. */
  private record OneRow(
      int gpu, long tick, @Nullable Long power, @Nullable Long temperature)
      implements Message.Rows {
    @Override
    public int table() {
      return 0;
    }

    @Override
    public long tsMicros() {
      return Spools.START_US + tick;
    }

    @Override
    public long monoNanos() {
      return Spools.START_MONO + tick;
    }

    @Override
    public int rows() {
      return 1;
    }

    @Override
    public String entity(int row) {
      return "gpu:GPU-a";
    }

    @Override
    public boolean present(int row, int column) {
      return (column == 0 ? power : temperature) != null;
    }

    @Override
    public long value(int row, int column) {
      return Objects.requireNonNull(column == 0 ? power : temperature);
    }
  }

  /** What the spool holds, as text. */
  private static final class Told implements SpoolVisitor {
    private final List<String> ticks = new ArrayList<>();
    private final List<LaneName> lanes = new ArrayList<>();
    private final List<NvmlSession> sessions = new ArrayList<>();
    private final List<TextRow> rows = new ArrayList<>();

    List<String> gaps() {
      return rows.stream()
          .filter(row -> row.table().equals("gap"))
          .map(row -> "%s %s code %s from %s to %s"
              .formatted(
                  row.entity(),
                  row.texts().get("metric"),
                  row.numbers().get("code"),
                  row.numbers().get("from_ts"),
                  row.numbers().get("to_ts")))
          .toList();
    }

    @Override
    public void tick(Tick tick) {}

    @Override
    public void laneTick(LaneName lane, Tick tick) {
      lanes.add(lane);
      Table table = Registry.get().table(lane.table());
      StringBuilder line = new StringBuilder();
      for (int row = 0; row < tick.rows(); row++) {
        line.append(tick.entity(row)).append(' ').append(tick.number());
        for (int column = 0; column < tick.columns(row); column++) {
          if (tick.present(row, column)) {
            line.append(' ')
                .append(table.columns().get(column).column())
                .append('=')
                .append(tick.value(row, column));
          }
        }
      }
      ticks.add(line.toString());
    }

    @Override
    public void session(NvmlSession session, long monoNanos) {
      sessions.add(session);
    }

    @Override
    public void row(TextRow row, long monoNanos) {
      rows.add(row);
    }

    @Override
    public void damage(Damage damage) {
      throw new IllegalStateException(damage.toString());
    }
  }
}
