package io.esnode.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SteppedCaptureTest {
  @TempDir
  private Path root;

  @Test
  void tryout() throws IOException {
    Captured captured = Captured.played(1204, root, "gpu 1 name Test", "set 0 0 temperature_c 71")
        .run(3);

    captured.messages().forEach(System.err::println);
    captured.rows().forEach(System.err::println);
    assertThat(captured.rows("gpu")).hasSize(6);
  }
}
