package io.esnode.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.esnode.doctor.Check;
import io.esnode.doctor.Examination;
import io.esnode.json.Json;
import io.esnode.json.JsonReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoctorCommandTest {
  @TempDir
  Path directory;

  private Path root;
  private Esnode esnode;

  @BeforeEach
  void machine() {
    root = directory.resolve("machine");
    esnode = new Esnode(directory);
  }

  private Esnode.Answer doctor(String... more) throws Exception {
    return esnode.run(Stream.concat(Stream.of("doctor", "--root", root.toString()), Stream.of(more))
        .toArray(String[]::new));
  }

  private void host() throws Exception {
    Files.createDirectories(root.resolve("proc/sys/kernel"));
    Files.createDirectories(root.resolve("dev"));
    Files.writeString(root.resolve("proc/sys/kernel/osrelease"), "6.8.0\n");
    Files.writeString(
        root.resolve("proc/stat"), "cpu  1 2 3 4 5 6 7 8 9 10\ncpu0 1 2 3 4 5 6 7 8 9 10\n");
    Files.writeString(root.resolve("proc/meminfo"), "MemTotal:  1024 kB\n");
    Files.writeString(root.resolve("dev/kmsg"), "");
  }

  @Test
  void machineWithoutGpuIsWell() throws Exception {
    host();

    Esnode.Answer answer = doctor();
    assertThat(answer.exit()).as(answer.out()).isZero();
    assertThat(answer.out()).contains("absent   gpu            no NVIDIA GPU");
  }

  @Test
  void blockedKernelLogIsStatusOne() throws Exception {
    host();
    Files.delete(root.resolve("dev/kmsg"));

    Esnode.Answer answer = doctor();
    assertThat(answer.exit()).isEqualTo(1);
    assertThat(answer.out())
        .contains(
            "         -> in a container: docker run --device /dev/kmsg --cap-add SYSLOG ...\n");
  }

  @Test
  void documentCountsWhatItLists() throws Exception {
    host();

    Json.Obj document = JsonReader.object(doctor("--format", "json").out());

    assertThat(document.text("schema")).isEqualTo("esnode.doctor/1");
    Json.Obj counts = document.obj("counts");
    assertThat(counts.integer("ok")
            + counts.integer("note")
            + counts.integer("blocked")
            + counts.integer("absent"))
        .isEqualTo(document.arr("checks").items().size());
  }

  @Test
  void anotherLibraryIsAskedAndItsAnswersAreSimulated() throws Exception {
    Path library = Path.of("../nvml-capture/target/fake/R580/libnvidia-ml.so.1").toAbsolutePath();
    assumeThat(library).as("the fake NVML, which needs a C compiler").exists();
    host();
    Path timeline = Files.writeString(directory.resolve("timeline"), """
        esnode.timeline/1
        gpu 0 uuid GPU-00000000-0000-0000-0000-000000000001
        gpu 0 name NVIDIA H100 80GB HBM3
        gpu 0 pci 00000000:0F:00.0
        set 0 0 persistence_mode 0
        ret 0 0 nvmlDeviceGetSramEccErrorStatus 4
        """);

    Esnode.Answer answer = esnode.run(
        Map.of("ESNODE_FAKE_TIMELINE", timeline.toString()),
        "doctor",
        "--root",
        root.toString(),
        "--nvml-library",
        library.toString(),
        "--deadline",
        "30s");

    assertThat(answer.out())
        .startsWith("SIMULATED")
        .contains(
            "NVIDIA H100 80GB HBM3",
            "permission (4): ",
            "-> systemctl enable --now nvidia-persistenced",
            "-> nvidia-smi -am 1");
    assertThat(answer.exit()).isEqualTo(1);
  }

  @Test
  void libraryThatIsNotThereIsNamed() throws Exception {
    Esnode.Answer answer = doctor("--nvml-library", "/nonexistent.so");

    assertThat(answer.exit()).isEqualTo(5);
    assertThat(answer.err()).contains("--nvml-library /nonexistent.so: cannot be read");
  }

  @Test
  void nothingIsWritten() throws Exception {
    host();

    doctor();

    assertThat(esnode.home()).doesNotExist();
  }

  @Test
  void linesFitInATerminalAndHideNothing() {
    Examination examination = new Examination(
        true,
        List.of(
            new Check("nvml", Check.State.OK, "a word ".repeat(30).strip(), null),
            new Check("gpu 0", Check.State.BLOCKED, "evil\u001b[31m name\u202e", "nvidia-smi -q")));

    List<String> lines = DoctorCommand.lines(examination);

    assertThat(lines)
        .allMatch(line -> line.length() <= 80)
        .contains(
            "SIMULATED: the GPUs are those of the library that was named",
            "blocked  gpu 0          evil\\u001b[31m name\\u202e",
            "         -> nvidia-smi -q",
            "2 checks: 1 ok, 0 to note, 1 blocked, 0 not on this machine");
  }
}
