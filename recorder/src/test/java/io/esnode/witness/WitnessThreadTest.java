package io.esnode.witness;

import static org.assertj.core.api.Assertions.assertThat;

import io.esnode.bundle.NvmlSession;
import io.esnode.bundle.Sha256;
import io.esnode.seal.EpochSeal;
import io.esnode.seal.WitnessLine;
import io.esnode.source.Clock;
import io.esnode.spool.LaneName;
import io.esnode.spool.ScriptedSeals;
import io.esnode.spool.SpoolDirectory;
import io.esnode.spool.SpoolReader;
import io.esnode.spool.SpoolVisitor;
import io.esnode.spool.SpoolWriter;
import io.esnode.spool.Spools;
import io.esnode.spool.TextRow;
import io.esnode.spool.Tick;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WitnessThreadTest {
  private static final Duration SHORT = Duration.ofMillis(10);
  private static final Duration LONG = Duration.ofSeconds(20);

  @TempDir
  Path dir;

  private SpoolWriter spool;
  private final List<EpochSeal> seals = new ArrayList<>();

  @BeforeEach
  void record() throws IOException {
    spool = SpoolWriter.open(
        SpoolDirectory.create(dir.resolve("spool")), Spools.header(), SpoolWriter.Options.DEFAULT);
    ScriptedSeals made = ScriptedSeals.begin(Spools.header().recordingId());
    seals.add(made.genesis());
    for (int epoch = 1; epoch <= 3; epoch++) {
      EpochSeal seal =
          made.seal(EpochSeal.Reason.INTERVAL, 0, 100L * epoch, Sha256.hex("head" + epoch));
      if (seal != null) {
        seals.add(seal);
      }
    }
  }

  private WitnessThread start(Witness witness) {
    return WitnessThread.start(witness, 1, Clock.system(), spool, SHORT);
  }

  private List<String> lines() {
    return seals.stream().map(seal -> WitnessLine.of(seal).text()).toList();
  }

  /** Rows about the witness, as {@code table outcome-or-reason from/to}. */
  private List<String> told() throws IOException {
    spool.end("test over", 1);
    spool.close();
    List<String> told = new ArrayList<>();
    try (SpoolDirectory directory = SpoolDirectory.reading(dir.resolve("spool"))) {
      SpoolReader.open(directory).read(new Rows(told));
    }
    return told;
  }

  private record Rows(List<String> told) implements SpoolVisitor {
    @Override
    public void row(TextRow row, long monoNanos) {
      told.add(
          row.table().equals("gap")
              ? "gap %s%s"
                  .formatted(
                      row.texts().get("reason"), row.numbers().containsKey("to_ts") ? " over" : "")
              : "%s %s".formatted(row.texts().get("action"), row.texts().get("detail")));
    }

    @Override
    public void tick(Tick tick) {}

    @Override
    public void laneTick(LaneName lane, Tick tick) {}

    @Override
    public void session(NvmlSession session, long monoNanos) {}

    @Override
    public void damage(Damage damage) {}
  }

  @Test
  void witnessSeesEverySealInOrder() throws IOException {
    Path file = dir.resolve("w.log");
    WitnessThread thread = start(new FileWitness(file));
    seals.forEach(thread);

    assertThat(thread.close(LONG)).isEmpty();
    thread.conclude();

    assertThat(Files.readAllLines(file)).isEqualTo(lines());
    assertThat(told())
        .containsExactly(
            "witness.reached witness 1 (file): seal of epoch 0 written and fsynced",
            "witness.told witness 1 (file): seal of epoch 3 written and fsynced");
  }

  @Test
  void shareThatComesBackIsToldWhatItMissed() throws Exception {
    Path share = dir.resolve("share");
    WitnessThread thread = start(new FileWitness(share.resolve("w.log")));
    thread.accept(seals.get(0));
    thread.accept(seals.get(1));
    Thread.sleep(50);
    Files.createDirectory(share);
    thread.accept(seals.get(2));
    for (int i = 0; i < 1000 && !isTold(share.resolve("w.log"), 3); i++) {
      Thread.sleep(10);
    }
    thread.accept(seals.get(3));

    assertThat(thread.close(LONG)).isEmpty();

    assertThat(Files.readAllLines(share.resolve("w.log"))).isEqualTo(lines());
    assertThat(told())
        .containsExactly(
            "gap witness 1 (file) not reached: NoSuchFileException: it",
            "gap witness 1 (file) not reached: NoSuchFileException: it over",
            "witness.reached witness 1 (file): seal of epoch 0 written and fsynced");
  }

  private static boolean isTold(Path file, int lines) throws IOException {
    return Files.exists(file) && Files.readAllLines(file).size() >= lines;
  }

  @Test
  void witnessThatHangsDelaysNobody() throws IOException {
    CountDownLatch hangs = new CountDownLatch(1);
    WitnessThread thread = start(new Witness() {
      @Override
      public String kind() {
        return "test";
      }

      @Override
      public String name() {
        return "hung";
      }

      @Override
      public String acknowledgement() {
        return "never";
      }

      @Override
      public void tell(String line) throws IOException {
        try {
          hangs.await();
        } catch (InterruptedException e) {
          throw new IOException(e);
        }
      }
    });
    for (int i = 0; i < 3000; i++) {
      thread.accept(seals.get(i % 4));
    }

    assertThat(thread.close(Duration.ofMillis(50)))
        .isEqualTo("hung was not told of 3000 seals; it knows none");
    hangs.countDown();
    spool.close();
  }
}
