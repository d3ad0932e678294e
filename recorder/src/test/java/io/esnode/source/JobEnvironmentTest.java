package io.esnode.source;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JobEnvironmentTest {
  private static final JobEnvironment NOTHING =
      new JobEnvironment(null, null, null, null, null, null, null);

  private static JobEnvironment read(String environ) throws IOException {
    return JobEnvironment.read(new ByteArrayInputStream(environ.getBytes(ISO_8859_1)));
  }

  @Test
  void sixVariablesAreTakenAndNoOther() throws IOException {
    String environ =
        "PATH=/bin\0SLURM_JOB_ID=4711\0SLURM_STEP_ID=4294967291\0SLURM_PROCID=12\0SLURM_LOCALID=4\0"
            + "AWS_SECRET_ACCESS_KEY=secret\0CUDA_VISIBLE_DEVICES=0,1\0SLURM_JOB_GPUS=4,5\0SLURM_JOB_USER=alice\0";

    assertThat(read(environ))
        .isEqualTo(new JobEnvironment("4711", "4294967291", 12L, 4L, "0,1", "4,5", null));
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void processThatRunsIsRead() throws IOException {
    ProcessBuilder builder = new ProcessBuilder("sleep", "60");
    builder
        .environment()
        .putAll(Map.of(
            "SLURM_JOB_ID", "4711",
            "SLURM_LOCALID", "0",
            "CUDA_VISIBLE_DEVICES", "GPU-8f0d1f0c-0d3b-1c7a-5b0a-6c1e9d2f3a4b"));
    Process process = builder.start();
    try {
      Path directory = Path.of("/proc", Long.toString(process.pid()));

      assertThat(JobEnvironment.of(directory))
          .isEqualTo(new JobEnvironment(
              "4711", null, null, 0L, "GPU-8f0d1f0c-0d3b-1c7a-5b0a-6c1e9d2f3a4b", null, null));
    } finally {
      process.destroyForcibly();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "SLURM_JOB_ID=4711",
        "SLURM_JOB_ID\0",
        "SLURM_JOB_ID=\0",
        "SLURM_JOB_ID=47 11\0",
        "SLURM_JOB_ID=99999999999\0",
        "XSLURM_JOB_ID=1\0",
        "SLURM_JOB_IDX=1\0",
        "=SLURM_JOB_ID=1\0",
        "A=SLURM_JOB_ID=1\0",
        "SLURM_JOB_GPUS=0;rm -rf /\0",
        "CUDA_VISIBLE_DEVICES=\u001b[2J\0",
      })
  void whatIsNoSuchValueIsLeftOut(String environ) throws IOException {
    assertThat(read(environ)).isEqualTo(NOTHING);
  }

  @Test
  void emptyListOfDevicesIsAValue() throws IOException {
    assertThat(read("CUDA_VISIBLE_DEVICES=\0").visibleDevices()).isEmpty();
    assertThat(read("CUDA_VISIBLE_DEVICES=NoDevFiles\0").visibleDevices()).isEqualTo("NoDevFiles");
    assertThat(read("CUDA_VISIBLE_DEVICES=MIG-GPU-8f0d/1/0\0").visibleDevices())
        .isEqualTo("MIG-GPU-8f0d/1/0");
  }

  @Test
  void hugeVariablesArePassedOver() throws IOException {
    assertThat(read("A=" + "x".repeat(100_000) + "\0" + "b".repeat(9000) + "\0SLURM_PROCID=1\0")
            .rank())
        .isEqualTo(1);
    assertThat(read("A=" + "x".repeat(1 << 20) + "\0SLURM_PROCID=1\0").rank()).isNull();
  }

  @Test
  void firstOfANameCounts() throws IOException {
    assertThat(read("SLURM_PROCID=1\0SLURM_PROCID=2\0").rank()).isEqualTo(1);
  }

  @Test
  void environmentThatMayNotBeReadSaysWhy(@TempDir Path process) {
    assertThat(JobEnvironment.of(process).problem()).isEqualTo("/proc/PID/environ: no such file");
  }
}
