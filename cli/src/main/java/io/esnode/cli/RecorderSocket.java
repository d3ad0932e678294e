package io.esnode.cli;

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
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;

/**
 * Where a running recorder can be asked to do something: a socket of its user alone, one JSON line in, one out.
 *
 * <pre>
 * {"command":"release","hold_ms":600000,"gpu":"GPU-…","why":"…"}    gpu null: all of them
 * {"command":"attach","gpu":null}
 * {"done":true,"child_pid":4711,"took_us":213000,"detail":"closed","recorder_pid":4700,"bundle":"/data/node.parquet"}
 * {"done":false,"understood":false,"detail":"command: found \"fly\", expected attach or release",…}
 * </pre>
 */
final class RecorderSocket implements AutoCloseable {
  /** {@code sun_path} of sockaddr_un(7) without its final zero. */
  static final int MAX_PATH_BYTES = 107;

  private static final int MAX_REQUEST_BYTES = 4096;
  private static final int MAX_CLIENTS = 8;
  private static final int STACK_BYTES = 256 << 10;
  private static final long PAUSE_NANOS = 100_000_000;

  private final Path path;
  private final Path bundle;
  private final Map<String, RecorderCommand> commands;
  private final ServerSocketChannel server;
  private final Semaphore places = new Semaphore(MAX_CLIENTS);

  private RecorderSocket(
      Path path, Path bundle, Map<String, RecorderCommand> commands, ServerSocketChannel server) {
    this.path = path;
    this.bundle = bundle;
    this.commands = new TreeMap<>(commands);
    this.server = server;
  }

  /**
   * Listens from now on.
   *
   * @param bundle what the recorder will write, for the answers
   * @param commands by name
   * @throws IOException if nobody will be able to ask, in words for the user
   */
  static RecorderSocket open(
      Home home, String recordingId, Path bundle, Map<String, RecorderCommand> commands)
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
        new RecorderSocket(path, bundle.toAbsolutePath().normalize(), commands, server);
    start(socket::serve);
    return socket;
  }

  private static void start(Runnable work) {
    Thread thread = new Thread(null, work, "control", STACK_BYTES);
    thread.setDaemon(true);
    thread.start();
  }

  /** Each client has a thread of its own: one that takes long, or says nothing, must not keep the others. */
  private void serve() {
    while (server.isOpen()) {
      places.acquireUninterruptibly();
      try {
        SocketChannel client = server.accept();
        start(() -> serve(client));
      } catch (IOException e) {
        // Closed because the recording ends, or there are no descriptors left: soon there are.
        places.release();
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
  }

  private void serve(SocketChannel client) {
    try (client) {
      write(client, answer(line(client)));
    } catch (IOException e) {
      // The client has gone: nobody is left to answer.
      return;
    } finally {
      places.release();
    }
  }

  private Json.Obj answer(byte[] line) {
    Json.Builder answer;
    try {
      Json.Obj request = JsonReader.object(line);
      RecorderCommand command = commands.get(request.text("command"));
      answer = command == null ? unknown(request.text("command")) : command.obey(request);
    } catch (JsonException e) {
      answer = Json.object().put("done", false).put("detail", "not a request: " + e.getMessage());
    }
    return answer
        .put("recorder_pid", ProcessHandle.current().pid())
        .put("bundle", bundle.toString())
        .build();
  }

  private Json.Builder unknown(String command) {
    return Json.object()
        .put("done", false)
        .put("understood", false)
        .put(
            "detail",
            "command: found \"%s\", expected %s"
                .formatted(command, String.join(" or ", commands.keySet())));
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
