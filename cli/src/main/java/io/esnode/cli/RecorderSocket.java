package io.esnode.cli;

import io.esnode.gpu.GpuCapture;
import io.esnode.gpu.Released;
import io.esnode.json.Json;
import io.esnode.json.JsonException;
import io.esnode.json.JsonReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Where a running recorder can be asked to let the GPUs go: a socket of its user alone, one JSON line in, one out.
 *
 * <pre>
 * {"command":"release","hold_ms":600000,"gpu":"GPU-…","why":"…"}    gpu null: all of them
 * {"command":"attach","gpu":null}
 * {"done":true,"child_pid":4711,"took_us":213000,"detail":"closed","recorder_pid":4700,"bundle":"/data/node.parquet"}
 * </pre>
 */
final class RecorderSocket implements AutoCloseable {
  /** {@code sun_path} of sockaddr_un(7) without its final zero. */
  static final int MAX_PATH_BYTES = 107;

  private static final int MAX_REQUEST_BYTES = 4096;
  private static final long PAUSE_NANOS = 100_000_000;

  private final Path path;
  private final Path bundle;
  private final GpuCapture capture;
  private final ServerSocketChannel server;

  private RecorderSocket(Path path, Path bundle, GpuCapture capture, ServerSocketChannel server) {
    this.path = path;
    this.bundle = bundle;
    this.capture = capture;
    this.server = server;
  }

  /**
   * Listens from now on.
   *
   * @param bundle what the recorder will write, for the answers
   * @throws IOException if nobody will be able to ask, in words for the user
   */
  static RecorderSocket open(Home home, String recordingId, Path bundle, GpuCapture capture)
      throws IOException {
    Path path = home.run().resolve(recordingId + ".sock");
    if (path.toString().getBytes(StandardCharsets.UTF_8).length > MAX_PATH_BYTES) {
      throw new IOException(
          "%s: longer than the %d bytes a socket's name may have; set ESNODE_HOME to a shorter path"
              .formatted(path, MAX_PATH_BYTES));
    }
    Files.createDirectories(home.directory());
    if (!Files.isDirectory(home.run())) {
      Files.createDirectory(
          home.run(),
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
    ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      server.bind(UnixDomainSocketAddress.of(path));
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
    } catch (IOException e) {
      server.close();
      throw e;
    }
    RecorderSocket socket =
        new RecorderSocket(path, bundle.toAbsolutePath().normalize(), capture, server);
    Thread thread = new Thread(socket::serve, "control");
    thread.setDaemon(true);
    thread.start();
    return socket;
  }

  /** One after the other: they all wait for the same process. */
  private void serve() {
    while (server.isOpen()) {
      try (SocketChannel client = server.accept()) {
        answer(client);
      } catch (IOException e) {
        // Closed because the recording ends, or the client has gone: the next one is served all the
        // same. Where there are no descriptors left, soon.
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
  }

  private void answer(SocketChannel client) throws IOException {
    Released done;
    try {
      done = obey(JsonReader.object(line(client)));
    } catch (JsonException e) {
      done = new Released(false, 0, 0, "not a request: " + e.getMessage());
    }
    Json.Obj answer = Json.object()
        .put("done", done.done())
        .put("child_pid", done.childPid())
        .put("took_us", done.tookNanos() / 1000)
        .put("detail", done.detail())
        .put("recorder_pid", ProcessHandle.current().pid())
        .put("bundle", bundle.toString())
        .build();
    write(client, answer);
  }

  private Released obey(Json.Obj request) throws JsonException {
    @Nullable String gpu = request.textOrNull("gpu");
    String command = request.text("command");
    return switch (command) {
      case "release" ->
        capture.release(gpu, Duration.ofMillis(request.integer("hold_ms")), request.text("why"));
      case "attach" -> capture.attach(gpu);
      default ->
        throw new JsonException(
            "command: found \"%s\", expected release or attach".formatted(command));
    };
  }

  /** What comes before the first newline. */
  static byte[] line(SocketChannel channel) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    InputStream in = Channels.newInputStream(channel);
    for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
      line.write(b);
      if (line.size() > MAX_REQUEST_BYTES) {
        throw new IOException("a line of more than %d bytes".formatted(MAX_REQUEST_BYTES));
      }
    }
    return line.toByteArray();
  }

  static void write(SocketChannel channel, Json.Obj message) throws IOException {
    ByteBuffer bytes =
        ByteBuffer.wrap((message.canonical() + "\n").getBytes(StandardCharsets.UTF_8));
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  /** Nobody can ask any more. */
  @Override
  public void close() {
    try {
      server.close();
      Files.deleteIfExists(path);
    } catch (IOException e) {
      // A socket that nobody listens to is ignored by those who look.
      return;
    }
  }
}
