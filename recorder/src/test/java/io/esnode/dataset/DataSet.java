package io.esnode.dataset;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Published data sets: they lie beside the checkout and are no part of it. Who asks for one that is not there is skipped. */
public final class DataSet {
  private static final Path HOME = Path.of("..", "..", "shared", "datasets");

  private DataSet() {}

  /**
   * A file or directory of a set; the test that asks is skipped where it is not there.
   *
   * @param path below the directory of all sets, e.g. {@code kernel_gpu_logs/open/kmsg.1.log}
   */
  public static Path of(String path) {
    Path found = HOME.resolve(path);
    assumeTrue(Files.exists(found), "data set " + path + " is not beside this checkout");
    return found;
  }

  /** The files in a directory of a set, sorted. */
  public static List<Path> files(String path) {
    try (Stream<Path> files = Files.list(of(path))) {
      return files.filter(Files::isRegularFile).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A file of the procfs project's tree of {@code proc} and {@code sys}. */
  public static byte[] procfs(String path) {
    try {
      return Ttar.read(of("proc_sys_fixtures/open/procfs_fixtures.ttar.gz"), "fixtures/" + path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Unpacks a directory of that tree. */
  public static void unpackProcfs(String below, Path target) throws IOException {
    Ttar.unpack(of("proc_sys_fixtures/open/procfs_fixtures.ttar.gz"), "fixtures/" + below, target);
  }
}
