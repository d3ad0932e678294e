package io.esnode.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.esnode.json.Json;
import io.esnode.json.JsonException;
import io.esnode.json.JsonReader;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("try") // the socket is asked by its path
class RecorderSocketTest {
  @TempDir
  private Path directory;

  @Test
  void commandIsObeyedAndItsAnswerSaysWhoRecordsWhat() throws Exception {
    Home home = new Home(directory);
    try (RecorderSocket socket = RecorderSocket.open(
        home, "0a", Path.of("/data/node.parquet"), Map.of("echo", RecorderSocketTest::echo))) {
      Map<Path, Json.Obj> answers = RunningRecorders.ask(
          home.run(), "0", Json.object().put("command", "echo").put("text", "Ω").build());

      assertThat(answers).containsOnlyKeys(home.run().resolve("0a.sock"));
      Json.Obj answer = answers.values().iterator().next();
      assertThat(answer.text("detail")).isEqualTo("Ω");
      assertThat(answer.integer("recorder_pid"))
          .isEqualTo(ProcessHandle.current().pid());
      assertThat(answer.text("bundle")).isEqualTo("/data/node.parquet");
    }
    assertThat(home.run()).isEmptyDirectory();
  }

  @Test
  void recorderThatDoesNotKnowTheCommandHasNoAnswer() throws Exception {
    Home home = new Home(directory);
    try (RecorderSocket socket =
        RecorderSocket.open(home, "0a", Path.of("b"), Map.of("echo", RecorderSocketTest::echo))) {
      assertThat(RunningRecorders.ask(
              home.run(), "", Json.object().put("command", "fly").build()))
          .isEmpty();
      assertThat(asked(home, "{\"command\":\"fly\"}\n"))
          .contains("\"understood\":false", "found \\\"fly\\\", expected echo");
    }
  }

  @Test
  void whatIsNoRequestIsAnsweredAndTheNextOneServed() throws Exception {
    Home home = new Home(directory);
    try (RecorderSocket socket = RecorderSocket.open(
            home, "0a", Path.of("b"), Map.of("echo", RecorderSocketTest::echo));
        SocketChannel silent =
            SocketChannel.open(UnixDomainSocketAddress.of(home.run().resolve("0a.sock")))) {
      assertThat(silent.isConnected()).isTrue();
      for (String request :
          List.of("\n", "[]\n", "{\"command\":7}\n", "{\"command\":\"echo\"}\n")) {
        assertThat(asked(home, request)).contains("\"done\":false", "not a request");
      }

      assertThat(asked(home, "{\"command\":\"echo\",\"text\":\"there\"}\n")).contains("there");
    }
  }

  private static Json.Builder echo(Json.Obj request) throws JsonException {
    return Json.object().put("done", true).put("detail", request.text("text"));
  }

  private static String asked(Home home, String request) throws Exception {
    try (SocketChannel channel =
        SocketChannel.open(UnixDomainSocketAddress.of(home.run().resolve("0a.sock")))) {
      channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.UTF_8)));
      return JsonReader.object(RecorderSocket.line(channel)).canonical();
    }
  }
}
