package io.esnode.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.esnode.wire.Message;
import io.esnode.wire.WireWriter;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CaptureQuestionTest {
  @TempDir
  Path dir;

  private static GpuAnswer ask(Duration limit, String... command) {
    return new CaptureQuestion(() -> new ProcessBuilder(command).start(), limit).ask();
  }

  @Test
  void processThatHangsIsGivenUp() {
    GpuAnswer answer = ask(Duration.ofMillis(1_100), "sleep", "600");

    assertThat(answer.failure()).isEqualTo("no answer within 1 s");
    assertThat(answer.session()).isNull();
  }

  @Test
  void processThatCannotStartIsAnAnswer() {
    assertThat(ask(Duration.ofSeconds(5), "/nonexistent").failure())
        .startsWith("the capture process cannot be started");
  }

  @Test
  void processThatEndsTooEarlyIsAnAnswer() {
    assertThat(ask(Duration.ofSeconds(5), "true").failure())
        .isEqualTo("the capture process ended before it had answered");
  }

  @Test
  void garbageIsAnAnswer() {
    assertThat(ask(Duration.ofSeconds(5), "echo", "no messages at all").failure())
        .startsWith("the capture process broke off");
  }

  @Test
  void refusedSessionIsTheWholeAnswer() throws Exception {
    Path said = dir.resolve("said");
    try (FileChannel file =
        FileChannel.open(said, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      WireWriter out = new WireWriter(file);
      out.write(new Message.Hello(1, Map.of("library.path", "/l")));
      out.write(new Message.Session(0, 9, 1, 1, Map.of(), List.of()));
    }

    GpuAnswer answer = ask(Duration.ofSeconds(5), "cat", said.toString());

    assertThat(answer.failure()).isNull();
    assertThat(answer.complete()).isTrue();
    assertThat(answer.session()).isNotNull();
  }
}
