package io.esnode.spool;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;

/** A spool of several segments of which single bits are flipped. */
public final class FlippedSpool {
  private static final int TICKS = 200;

  private final Path path;
  private final MixedSpool whole;
  private final List<Path> segments;

  private FlippedSpool(Path path, MixedSpool whole, List<Path> segments) {
    this.path = path;
    this.whole = whole;
    this.segments = segments;
  }

  public static FlippedSpool record(Path path) throws IOException {
    MixedSpool whole = new MixedSpool(Disk.REAL, path, MixedSpool.inStep(Duration.ofHours(1)));
    whole.writer().session(MixedSpool.session(), Spools.START_MONO);
    whole.ticks(0, TICKS);
    whole.end();
    try (SpoolDirectory directory = SpoolDirectory.open(path)) {
      return new FlippedSpool(path, whole, directory.segments());
    }
  }

  /**
   * What one flipped bit did.
   *
   * @param noticed whether anything was reported
   * @param changed whether any tick is another than was recorded
   * @param lost ticks of the stream that lost most
   */
  public record Flip(String where, boolean noticed, boolean changed, int lost) {}

  /** Flips one bit, looks, and flips it back. */
  public Flip flip(Random random) throws IOException {
    Path segment = segments.get(random.nextInt(segments.size()));
    try (RandomAccessFile file = new RandomAccessFile(segment.toFile(), "rw")) {
      long at = random.nextInt((int) file.length());
      int bit = random.nextInt(8);
      file.seek(at);
      int was = file.read();
      file.seek(at);
      file.write(was ^ 1 << bit);
      try {
        Recorded read = Spools.read(path);
        return new Flip(
            "%s byte %d bit %d".formatted(segment.getFileName(), at, bit),
            !read.damage.isEmpty(),
            !whole.holds(read),
            Math.max(TICKS - read.ticks.size(), TICKS - read.laneTicks.size()));
      } finally {
        file.seek(at);
        file.write(was);
      }
    }
  }
}
