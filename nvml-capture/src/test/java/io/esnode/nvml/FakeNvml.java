package io.esnode.nvml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The fake {@code libnvidia-ml.so.1} in this process, playing a timeline on a clock that the test moves. Tests are skipped,
 * and say so, where no C compiler built it.
 */
public final class FakeNvml {
  private final NativeNvml nvml;
  private final MappedByteBuffer clock;

  private FakeNvml(NativeNvml nvml, MappedByteBuffer clock) {
    this.nvml = nvml;
    this.clock = clock;
  }

  /** The library of a driver generation, e.g. {@code R550}. */
  public static Path library(String generation) {
    Path library = Path.of("..", "nvml-capture", "target", "fake", generation, "libnvidia-ml.so.1");
    assumeTrue(
        Files.isRegularFile(library),
        library + " was not built: this machine has no C compiler (cc)");
    return library;
  }

  /**
   * Loads a copy of its own, so that every test has a library that was never started, and initialises it.
   *
   * @param directory of the test; keeps the copy, the timeline and the clock
   * @param timeline statements, without the first line
   */
  public static FakeNvml play(Path directory, String generation, String timeline)
      throws IOException, NvmlException {
    FakeNvml fake = load(directory, generation, timeline);
    assertThat(fake.nvml().call(NvmlFunction.INIT_V2)).isZero();
    return fake;
  }

  /** Like {@link #play}, not initialised. */
  public static FakeNvml load(Path directory, String generation, String timeline)
      throws IOException, NvmlException {
    Path library = Files.copy(library(generation), directory.resolve("libnvidia-ml.so.1"));
    Path text = Files.writeString(directory.resolve("timeline"), "esnode.timeline/1\n" + timeline);
    Path clock = Files.write(directory.resolve("clock"), new byte[Long.BYTES]);
    environment("ESNODE_FAKE_TIMELINE", text);
    environment("ESNODE_FAKE_CLOCK", clock);
    try (FileChannel channel =
        FileChannel.open(clock, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      MappedByteBuffer bytes = channel.map(FileChannel.MapMode.READ_WRITE, 0, Long.BYTES);
      bytes.order(ByteOrder.LITTLE_ENDIAN);
      return new FakeNvml(NativeNvml.load(library.toAbsolutePath().toString()), bytes);
    }
  }

  public NativeNvml nvml() {
    return nvml;
  }

  /** Moves the clock. */
  public void at(long millis) {
    clock.putLong(0, millis);
  }

  /** How often a function was called. */
  public long calls(NvmlFunction function) {
    return NativeLibrary.getInstance(nvml.path())
        .getFunction("esnodeFakeCalls")
        .invokeLong(new Object[] {function.symbol()});
  }

  /** Sets a variable where C looks for it. */
  private static void environment(String name, Path value) {
    Function setenv = Function.getFunction("c", "setenv");
    assertThat(setenv.invokeInt(new Object[] {name, value.toAbsolutePath().toString(), 1}))
        .isZero();
  }
}
