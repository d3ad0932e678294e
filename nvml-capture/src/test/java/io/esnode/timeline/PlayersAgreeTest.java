package io.esnode.timeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.esnode.nvml.FakeNvml;
import io.esnode.nvml.NvmlFunction;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The proof that a simulation gives the rows that the fake library gives: both players answer every call alike. */
class PlayersAgreeTest {
  private static final int MOMENTS = 400;
  private static final int CALLS = 60;

  /** Functions that no simulated machine supports. */
  private static final Set<NvmlFunction> NEVER_SUPPORTED = EnumSet.of(
      NvmlFunction.DEVICE_GET_LAST_BBX_FLUSH_TIME,
      NvmlFunction.DEVICE_GET_PLATFORM_INFO,
      NvmlFunction.SYSTEM_GET_CPER_V1);

  @TempDir
  private Path directory;

  @Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  @ParameterizedTest
  @CsvSource({
    "R470, 1104, 24, 1",
    "R525, 1200, 24, 2",
    "R535, 1202, 24, 3",
    "R535-process32, 1202, 32, 4",
    "R550, 1204, 24, 5",
    "R570, 1208, 24, 6",
    "R575, 1209, 24, 7",
    "R580, 1300, 24, 8",
    "R590, 1301, 24, 9"
  })
  void everyCallGivesTheSameCodeAndTheSameBytes(
      String generation, int header, int processBytes, long seed) throws Exception {
    String statements = RandomTimeline.of(seed);
    VirtualClock clock = new VirtualClock(0);
    PlayedNvml played = new PlayedNvml(
        Timeline.parse("random", "esnode.timeline/1\n" + statements), header, clock, processBytes);
    TwoPlayers players =
        new TwoPlayers(FakeNvml.load(directory, generation, statements), played, clock, seed);

    players.agreeOnSymbols();
    callEverything(players, new Random(seed));

    assertThat(neverSucceeded(players, played)).isSubsetOf(NEVER_SUPPORTED);
  }

  private static void callEverything(TwoPlayers players, Random random) {
    NvmlFunction[] functions = NvmlFunction.values();
    for (int moment = 0; moment < MOMENTS; moment++) {
      players.at(RandomTimeline.FIRST_MS
          + moment * (RandomTimeline.LAST_MS - RandomTimeline.FIRST_MS) / MOMENTS
          + random.nextInt(50));
      players.begin();
      players.call(NvmlFunction.DEVICE_GET_HANDLE_BY_INDEX_V2);
      players.call(NvmlFunction.DEVICE_GET_HANDLE_BY_UUID);
      players.call(NvmlFunction.DEVICE_REGISTER_EVENTS);
      players.call(NvmlFunction.EVENT_SET_WAIT);
      players.call(NvmlFunction.EVENT_SET_WAIT_V2);
      for (int call = 0; call < CALLS; call++) {
        players.call(functions[random.nextInt(functions.length)]);
      }
    }
  }

  private static Set<NvmlFunction> neverSucceeded(TwoPlayers players, PlayedNvml played) {
    Set<NvmlFunction> never = EnumSet.noneOf(NvmlFunction.class);
    for (NvmlFunction function : NvmlFunction.values()) {
      if (played.has(function) && !players.codes(function).contains(0)) {
        never.add(function);
      }
    }
    return never;
  }
}
