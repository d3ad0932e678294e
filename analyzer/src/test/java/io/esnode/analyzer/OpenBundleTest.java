package io.esnode.analyzer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OpenBundleTest {
  private static final int ROUNDS = 4000;

  @TempDir
  Path dir;

  /** The descriptor is looked for among all of this process, and others close theirs meanwhile. */
  @Test
  void descriptorsThatComeAndGoBesideItDoNotMatter() throws Exception {
    assumeThat(Path.of("/proc/self/fdinfo")).as("the kernel's /proc").isDirectory();
    Path file = Files.writeString(dir.resolve("t.parquet"), "evidence");
    AtomicBoolean over = new AtomicBoolean();
    CompletableFuture<Void> others = CompletableFuture.runAsync(() -> {
      while (!over.get()) {
        try {
          Files.newInputStream(file).close();
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    });
    try {
      for (int round = 0; round < ROUNDS; round++) {
        try (OpenBundle open = OpenBundle.open(file)) {
          assertThat(open.readPath().toString()).startsWith("/proc/self/fd/");
          assertThat(Files.readString(open.readPath())).isEqualTo("evidence");
        }
      }
    } finally {
      over.set(true);
    }
    others.join();
  }
}
