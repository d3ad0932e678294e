package io.esnode.cli;

import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The library of the tests, which plays a timeline through the true ABI. */
final class FakeNvml {
  private final Path library;
  private final Path timeline;

  private FakeNvml(Path library, Path timeline) {
    this.library = library;
    this.timeline = timeline;
  }

  /**
   * Eight healthy GPUs, and what happens to them.
   *
   * @param statements of {@code docs/format/timeline.md}; time 0 is when the capture process first asks
   */
  static FakeNvml of(Path directory, String... statements) throws IOException {
    Path library = Path.of("../nvml-capture/target/fake/R580/libnvidia-ml.so.1").toAbsolutePath();
    assumeThat(library)
        .as("the fake NVML library, built in the test phase of nvml-capture where a C compiler is")
        .exists();
    List<String> lines = new ArrayList<>(
        List.of("esnode.timeline/1", "system driver_version 580.95.05", "header 1300"));
    for (int gpu = 0; gpu < 8; gpu++) {
      lines.add("gpu %d uuid %s".formatted(gpu, uuid(gpu)));
      lines.add("gpu %d name NVIDIA H100 80GB HBM3".formatted(gpu));
      lines.add("gpu %d pci 00000000:0%d:00.0".formatted(gpu, gpu + 1));
    }
    lines.addAll(List.of(statements));
    Path timeline = Files.write(directory.resolve("gpus.timeline"), lines);
    return new FakeNvml(library.normalize(), timeline);
  }

  static String uuid(int gpu) {
    return "GPU-0000000%d-1111-2222-3333-444444444444".formatted(gpu);
  }

  String library() {
    return library.toString();
  }

  Map<String, String> environment() {
    return Map.of("ESNODE_FAKE_TIMELINE", timeline.toString());
  }
}
