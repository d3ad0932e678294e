package io.esnode.timeline;

import io.esnode.nvml.FakeNvml;
import io.esnode.nvml.Nvml;
import io.esnode.nvml.NvmlFunction;
import io.esnode.nvml.NvmlReturn;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/**
 * Makes the same calls of both players, and wants the same codes and the same bytes from both. Handles differ; they must be
 * each other's counterparts throughout.
 */
final class TwoPlayers {
  private static final int SLOTS = 6;
  private static final int SLOT_BYTES = 13_000;
  /** Bytes behind an argument that no call may touch. */
  private static final int MARGIN_BYTES = 64;

  private static final List<String> BUS_IDS = List.of(
      "00000000:01:00.0", "00000001:AB:1F.0", "00000001:ab:1f.0", "00000000:04:00.0", "none", "");
  private static final List<String> UUIDS = List.of(
      "GPU-0a0a0a0a-0000-1111-2222-333333333333",
      "GPU-00000000-0000-0000-0000-000000000001",
      "GPU-00000000-0000-0000-0000-000000000003",
      "MIG-11111111-aaaa",
      "MIG-00000000-aaaa",
      "MIG-00000000-bbbb",
      "GPU-none",
      "-");

  private final FakeNvml fake;
  private final Nvml[] players;
  private final VirtualClock clock;
  private final Random random;
  private final long[][] slots = new long[2][SLOTS];
  private final int[] sizes = new int[SLOTS];
  private final Handles devices = new Handles();
  private final Handles eventSets = new Handles();
  private final Handles samples = new Handles();
  private final Map<NvmlFunction, Set<Integer>> codes = new EnumMap<>(NvmlFunction.class);

  private int slotsUsed;
  private long nowMs;

  /** Handles of both, counterpart by counterpart. */
  private static final class Handles {
    private static final int RECENT = 6;

    private final List<long[]> pairs = new ArrayList<>(List.of(new long[] {0, 0}));

    /** One of the newest, or of all. */
    private long[] pick(Random random) {
      int newest = Math.min(RECENT, pairs.size());
      boolean any = random.nextInt(4) == 0;
      int back = random.nextInt(any ? pairs.size() : newest);
      return pairs.get(pairs.size() - 1 - back);
    }

    private void meet(long[] handles, String call) {
      for (long[] pair : pairs) {
        if (pair[0] == handles[0] && pair[1] == handles[1]) {
          return;
        }
        if (pair[0] == handles[0] || pair[1] == handles[1]) {
          throw new AssertionError(call + ": one player gives a handle again, the other a new one");
        }
      }
      pairs.add(handles);
    }
  }

  TwoPlayers(FakeNvml fake, PlayedNvml played, VirtualClock clock, long seed) {
    this.fake = fake;
    this.clock = clock;
    players = new Nvml[] {fake.nvml(), played};
    random = new Random(seed);
    for (int player = 0; player < 2; player++) {
      for (int slot = 0; slot < SLOTS; slot++) {
        slots[player][slot] = players[player].memory().allocate(SLOT_BYTES);
      }
    }
  }

  /** Codes that a function has answered. */
  Set<Integer> codes(NvmlFunction function) {
    return codes.getOrDefault(function, Set.of());
  }

  void at(long ms) {
    nowMs = ms;
    clock.set(ms);
    fake.at(ms);
  }

  void agreeOnSymbols() {
    for (NvmlFunction function : NvmlFunction.values()) {
      if (players[0].has(function) != players[1].has(function)) {
        throw new AssertionError(function.symbol() + ": one library has it, the other does not");
      }
    }
  }

  /** Begins a session on both, where the driver is loaded and nothing hangs. */
  void begin() {
    call(NvmlFunction.INIT_V2);
  }

  /** Makes one call of each. */
  void call(NvmlFunction function) {
    slotsUsed = 0;
    long[][] arguments = new long[2][6];
    int count = 0;
    StringBuilder text = new StringBuilder(function.symbol()).append(" at ").append(nowMs);
    for (String shape : CallShapes.of(function)) {
      count = argument(shape, arguments, count);
    }
    for (int i = 0; i < count; i++) {
      text.append(' ').append(Long.toHexString(arguments[1][i]));
    }
    int played = call(players[1], function, arguments[1]);
    if (played == Nvml.NOT_RETURNED) {
      return;
    }
    int real = call(players[0], function, arguments[0]);
    if (real != played) {
      throw new AssertionError("%s: the fake says %s, the player %s"
          .formatted(text, NvmlReturn.words(real), NvmlReturn.words(played)));
    }
    codes.computeIfAbsent(function, f -> new TreeSet<>()).add(real);
    if (real == NvmlReturn.SUCCESS) {
      handles(function, arguments, text.toString());
    }
    compare(text.toString());
  }

  private static int call(Nvml nvml, NvmlFunction function, long[] a) {
    return nvml.call(function, a[0], a[1], a[2], a[3], a[4], a[5]);
  }

  private int argument(String shape, long[][] arguments, int at) {
    char kind = shape.charAt(0);
    String rest = shape.substring(1);
    switch (kind) {
      case 'd' -> both(arguments, at, devices.pick(random));
      case 's' -> both(arguments, at, eventSets.pick(random));
      case 'g' -> both(arguments, at, samples.pick(random));
      case 'i' -> number(arguments, at, small(Integer.parseInt(rest)));
      case 'k' -> number(arguments, at, 3_999 + random.nextInt(6));
      case 'w' -> number(arguments, at, 0);
      case 'L' -> number(arguments, at, lastSeen());
      case 'M' -> number(arguments, at, random.nextBoolean() ? 0x19f : random.nextInt(0x10000));
      case 'o' -> slot(arguments, at, Integer.parseInt(rest));
      case 'v' -> versioned(arguments, at, rest.split(":", -1));
      case 'c' -> putInt(slot(arguments, at, 4), 0, random.nextInt(Integer.parseInt(rest) + 1));
      case 'a' -> {
        if (random.nextInt(6) != 0) {
          slot(arguments, at, Integer.parseInt(rest));
        }
      }
      case 't' -> {
        slot(arguments, at, 128);
        number(arguments, at + 1, random.nextInt(100));
        return at + 2;
      }
      case 'u' -> text(arguments, at, UUIDS.get(random.nextInt(UUIDS.size())));
      case 'p' -> text(arguments, at, BUS_IDS.get(random.nextInt(BUS_IDS.size())));
      case 'F' -> {
        fields(arguments, at);
        return at + 2;
      }
      case 'G' -> metrics(arguments, at);
      default -> throw new IllegalArgumentException(shape);
    }
    return at + 1;
  }

  private static void both(long[][] arguments, int at, long[] values) {
    arguments[0][at] = values[0];
    arguments[1][at] = values[1];
  }

  private static void number(long[][] arguments, int at, long value) {
    both(arguments, at, new long[] {value, value});
  }

  private long small(int largest) {
    return random.nextInt(20) == 0 ? 0xffffffffL : random.nextInt(largest + 1);
  }

  private long lastSeen() {
    return random.nextInt(3) == 0
        ? 0
        : 1_700_000_000_123_456L + 1_000 * nowMs - random.nextInt(13_000_000);
  }

  /** Takes the next slot, with the same bytes for both. */
  private int slot(long[][] arguments, int at, int size) {
    int slot = slotsUsed++;
    sizes[slot] = size + MARGIN_BYTES;
    byte[] noise = new byte[sizes[slot]];
    random.nextBytes(noise);
    for (int player = 0; player < 2; player++) {
      players[player].memory().put(slots[player][slot], noise, noise.length);
      arguments[player][at] = slots[player][slot];
    }
    return slot;
  }

  private void putInt(int slot, int offset, int value) {
    for (int player = 0; player < 2; player++) {
      players[player].memory().putInt(slots[player][slot] + offset, value);
    }
  }

  private void versioned(long[][] arguments, int at, String[] sizeAndVersions) {
    int slot = slot(arguments, at, Integer.parseInt(sizeAndVersions[0]));
    if (random.nextInt(8) == 0) {
      return;
    }
    int choice = 1 + random.nextInt(sizeAndVersions.length - 1);
    putInt(slot, 0, Integer.parseUnsignedInt(sizeAndVersions[choice], 16));
    if (random.nextInt(8) != 0) {
      putInt(slot, 4, 0);
    }
  }

  private void text(long[][] arguments, int at, String text) {
    int slot = slot(arguments, at, 128);
    for (int player = 0; player < 2; player++) {
      players[player].memory().putText(slots[player][slot], text);
    }
  }

  private void fields(long[][] arguments, int at) {
    int count = random.nextInt(40);
    number(arguments, at, count);
    int slot = slot(arguments, at + 1, 40 * 40);
    for (int i = 0; i < count; i++) {
      putInt(slot, 40 * i, random.nextInt(310));
      putInt(slot, 40 * i + 4, random.nextInt(3) == 0 ? random.nextInt(20) : 0);
    }
  }

  private void metrics(long[][] arguments, int at) {
    int count = random.nextInt(8);
    int slot = slot(arguments, at, 24 + 40 * count);
    putInt(slot, 0, random.nextInt(8) == 0 ? 2 : 1);
    putInt(slot, 4, count);
    for (int i = 0; i < 2; i++) {
      long[] pair = samples.pick(random);
      for (int player = 0; player < 2; player++) {
        players[player].memory().putLong(slots[player][slot] + 8 + 8L * i, pair[player]);
      }
    }
    for (int i = 0; i < count; i++) {
      putInt(slot, 24 + 40 * i, random.nextBoolean() ? random.nextInt(4) : random.nextInt(340));
    }
  }

  /** Learns new handles, forgets freed ones, and covers them, for they differ. */
  private void handles(NvmlFunction function, long[][] arguments, String call) {
    switch (function) {
      case DEVICE_GET_HANDLE_BY_INDEX_V2,
          DEVICE_GET_HANDLE_BY_UUID,
          DEVICE_GET_HANDLE_BY_PCI_BUS_ID_V2 -> devices.meet(cover(arguments, 1, 0), call);
      case DEVICE_GET_MIG_DEVICE_HANDLE_BY_INDEX -> devices.meet(cover(arguments, 2, 0), call);
      case EVENT_SET_WAIT, EVENT_SET_WAIT_V2 -> devices.meet(cover(arguments, 1, 0), call);
      case EVENT_SET_CREATE -> eventSets.meet(cover(arguments, 0, 0), call);
      case GPM_SAMPLE_ALLOC -> samples.meet(cover(arguments, 0, 0), call);
      case GPM_METRICS_GET -> {
        cover(arguments, 0, 8);
        cover(arguments, 0, 16);
      }
      case EVENT_SET_FREE -> forget(eventSets, arguments);
      case GPM_SAMPLE_FREE -> forget(samples, arguments);
      default -> {}
    }
  }

  private static void forget(Handles handles, long[][] arguments) {
    handles.pairs.removeIf(pair -> pair[0] != 0 && pair[0] == arguments[0][0]);
  }

  private long[] cover(long[][] arguments, int argument, int offset) {
    long[] handles = new long[2];
    for (int player = 0; player < 2; player++) {
      long address = arguments[player][argument] + offset;
      handles[player] = players[player].memory().getLong(address);
      players[player].memory().putLong(address, 0);
    }
    return handles;
  }

  private void compare(String call) {
    for (int slot = 0; slot < slotsUsed; slot++) {
      byte[][] bytes = new byte[2][sizes[slot]];
      for (int player = 0; player < 2; player++) {
        players[player].memory().get(slots[player][slot], bytes[player], sizes[slot]);
      }
      int place = Arrays.mismatch(bytes[0], bytes[1]);
      if (place >= 0 && !isSampleOfGpm(call, place)) {
        throw new AssertionError(
            "%s: byte %s of address argument %s: the fake writes %s, the player %s"
                .formatted(
                    call,
                    Integer.toString(place),
                    Integer.toString(slot),
                    Integer.toHexString(bytes[0][place] & 0xff),
                    Integer.toHexString(bytes[1][place] & 0xff)));
      }
    }
  }

  /** The samples in a request that was refused are handles too. */
  private static boolean isSampleOfGpm(String call, int place) {
    return call.startsWith("nvmlGpmMetricsGet ") && place >= 8 && place < 24;
  }
}
