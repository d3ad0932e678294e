package io.esnode.remote;

import io.esnode.exposition.AppEndpoint;
import io.esnode.json.JsonException;
import io.esnode.kubernetes.KubeApi;
import io.esnode.kubernetes.KubernetesNode;
import io.esnode.source.Clock;
import io.esnode.web.HttpException;
import io.esnode.web.Reports;
import io.esnode.web.Trust;
import io.esnode.web.Web;
import io.esnode.wire.Message;
import io.esnode.wire.WireWriter;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The process that speaks HTTP. Messages go to standard output; standard input begins with the {@link Orders} and goes on with
 * tokens that have rotated, until {@code quit}. When it ends, the recorder is dead, and so is this.
 */
public final class RemoteProcess {
  private static final int MALFORMED = 65;
  private static final int BUG = 70;
  private static final Duration SIGN_OF_LIFE = Duration.ofSeconds(2);
  private static final Duration FIRST_BACK_OFF = Duration.ofSeconds(1);
  private static final long STACK_BYTES = 256 << 10;

  private final WireWriter out;
  private final Clock clock;
  private final AtomicReference<String> token = new AtomicReference<>("");

  private RemoteProcess(WireWriter out, Clock clock) {
    this.out = out;
    this.clock = clock;
  }

  /** Asks until it is told to quit, or nobody listens. */
  public static void main(String[] args) {
    RemoteProcess process = new RemoteProcess(
        new WireWriter(new FileOutputStream(FileDescriptor.out).getChannel()), Clock.system());
    try (BufferedReader orders = new BufferedReader(
        new InputStreamReader(new FileInputStream(FileDescriptor.in), StandardCharsets.UTF_8))) {
      process.run(orders);
      Runtime.getRuntime().halt(0);
    } catch (JsonException | IllegalArgumentException e) {
      // Its message may repeat what stands in the line.
      complain("orders that cannot be read");
      Runtime.getRuntime().halt(MALFORMED);
    } catch (IOException e) {
      complain(String.valueOf(e.getMessage()));
      Runtime.getRuntime().halt(MALFORMED);
    }
  }

  private void run(BufferedReader lines) throws IOException {
    out.write(new Message.Hello(
        WireWriter.VERSION, Map.of("pid", Long.toString(ProcessHandle.current().pid()))));
    String first = lines.readLine();
    if (first == null) {
      return;
    }
    List<Runnable> work = work(Orders.from(first));
    start(this::live, "alive");
    for (int i = 0; i < work.size(); i++) {
      start(work.get(i), "ask-" + i);
    }
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.equals("quit")) {
        return;
      }
      token.set(Orders.token(line));
    }
  }

  private List<Runnable> work(Orders orders) throws HttpException {
    Reports reports = new Reports(out, clock);
    List<Runnable> work = new ArrayList<>();
    Web web = new Web(Trust.of(null));
    for (int i = 0; i < orders.endpoints().size(); i++) {
      work.add(new AppEndpoint(
          web, orders.endpoints().get(i), i, orders.interval(), orders.series(), reports));
    }
    Orders.Cluster cluster = orders.cluster();
    if (cluster != null) {
      token.set(cluster.token());
      KubeApi api = new KubeApi(
          new Web(Trust.of(cluster.ca())),
          cluster.api(),
          () -> Objects.requireNonNull(token.get()));
      work.addAll(new KubernetesNode(api, cluster.node(), FIRST_BACK_OFF, reports).watches());
    }
    return work;
  }

  private void live() {
    while (true) {
      try {
        out.alive(0, System.nanoTime(), 0, 0, 0);
      } catch (IOException e) {
        Runtime.getRuntime().halt(0);
      }
      LockSupport.parkNanos(SIGN_OF_LIFE.toNanos());
    }
  }

  private static void start(Runnable work, String name) {
    Thread thread = new Thread(null, work, name, STACK_BYTES);
    thread.setDaemon(true);
    thread.setUncaughtExceptionHandler((where, e) -> {
      complain("%s: %s at %s".formatted(where.getName(), e.getClass().getName(), place(e)));
      Runtime.getRuntime().halt(BUG);
    });
    thread.start();
  }

  private static @Nullable StackTraceElement place(Throwable e) {
    return e.getStackTrace().length == 0 ? null : e.getStackTrace()[0];
  }

  private static void complain(String line) {
    try (PrintStream err =
        new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8)) {
      err.println("esnode http: " + line);
    }
  }
}
