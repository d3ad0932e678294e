package io.esnode.cli;

import io.esnode.json.Json;
import io.esnode.json.JsonException;
import io.esnode.json.JsonReader;
import io.esnode.signature.ExitCode;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** This user's recorders that run, asked at their sockets. */
final class RunningRecorders {
  private RunningRecorders() {}

  /**
   * Asks each of them, one after the other.
   *
   * @param run where their sockets lie
   * @param prefix of the recording ids that are meant; empty for all
   * @param request one JSON object
   * @return by socket, the answers of those that know the command
   */
  static Map<Path, Json.Obj> ask(Path run, String prefix, Json.Obj request) throws IOException {
    Map<Path, Json.Obj> answers = new TreeMap<>();
    for (Path socket : sockets(run, prefix)) {
      try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
        RecorderSocket.write(channel, request);
        Json.Obj answer = JsonReader.object(RecorderSocket.line(channel));
        if (!answer.has("understood") || answer.bool("understood")) {
          answers.put(socket, answer);
        }
      } catch (JsonException e) {
        throw noAnswer(socket, e);
      } catch (IOException e) {
        // A recorder that was killed leaves its socket behind.
      }
    }
    return answers;
  }

  static CommandException noAnswer(Path socket, JsonException e) {
    return new CommandException(
        ExitCode.MALFORMED,
        "%s: the recorder's answer is none: %s".formatted(socket, e.getMessage()),
        e);
  }

  private static List<Path> sockets(Path run, String prefix) throws IOException {
    List<Path> found = new ArrayList<>();
    if (Files.isDirectory(run)) {
      try (DirectoryStream<Path> all = Files.newDirectoryStream(run, "*.sock")) {
        for (Path socket : all) {
          if (String.valueOf(socket.getFileName()).startsWith(prefix)) {
            found.add(socket);
          }
        }
      }
    }
    return found;
  }
}
