package io.esnode.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.esnode.bundle.BundleFile;
import io.esnode.bundle.Manifest;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Records this host, an application that exposes metrics and an API server, in the processes users have. */
@Timeout(180)
class RemoteRecordingTest {
  private static final String TOKEN = "not-to-be-found-anywhere";
  private static final String POD = """
      {"metadata":{"name":"train-0","namespace":"team","uid":"209076ce-26d6-4836-981b-8c05cb0081eb","resourceVersion":"1"},\
      "spec":{"containers":[{"name":"worker","resources":{"limits":{"nvidia.com/gpu":"2"}}}]},"status":{"phase":"Running"}}""";
  private static final String EVENT = """
      {"metadata":{"uid":"e1","resourceVersion":"1"},"involvedObject":{"kind":"Pod","namespace":"team","name":"train-0",\
      "uid":"209076ce-26d6-4836-981b-8c05cb0081eb"},"reason":"BackOff","type":"Warning","count":3,\
      "message":"Back-off restarting train-0 in team","source":{"component":"kubelet","host":"gpu-node-7"}}""";

  @TempDir
  Path dir;

  private Esnode esnode;
  private HttpServer app;
  private HttpsServer api;
  private final CountDownLatch end = new CountDownLatch(1);

  @BeforeEach
  void serve() throws Exception {
    assumeThat(Path.of("/proc/self/stat")).as("the kernel's /proc").exists();
    esnode = new Esnode(dir);
    Files.createDirectory(esnode.home());
    app = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    app.createContext(
        "/metrics",
        exchange ->
            send(exchange, "# TYPE steps_total counter\nsteps_total{pod=\"train-0\"} 17.25\n"));
    app.start();
    api = api();
    api.start();
  }

  @AfterEach
  void stop() {
    end.countDown();
    app.stop(0);
    api.stop(0);
  }

  @Test
  void metricsEventsAndPodsStandInTheBundleAndADeadEndpointIsAGap() throws Exception {
    Files.writeString(dir.resolve("token"), TOKEN + "\n");
    Esnode.Answer recorded = esnode.run(
        "record",
        "--duration",
        "8s",
        "--interval",
        "200ms",
        "--no-gpu",
        "--no-journal",
        "--app-metrics-url",
        "http://127.0.0.1:%d/metrics".formatted(app.getAddress().getPort()),
        "--app-metrics-url",
        "http://127.0.0.1:%d/metrics".formatted(unused()),
        "--app-metrics-interval",
        "1s",
        "--kube-api",
        "https://127.0.0.1:%d".formatted(api.getAddress().getPort()),
        "--kube-token-file",
        "token",
        "--kube-ca",
        "ca.pem",
        "--kube-node",
        "gpu-node-7",
        "--out",
        "t.parquet");

    assertThat(recorded.exit()).as(recorded.err()).isZero();
    assertThat(query("SELECT name, labels, type, value FROM app"))
        .contains("steps_total", "counter", "17.25", "a-")
        .contains("(1 row)");
    assertThat(query("SELECT entity, reason, severity, reporter, occurrences_count, text FROM event"
            + " WHERE source = 'kubernetes'"))
        .contains("pod:a-", "BackOff", "Warning", "kubelet", "Back-off restarting a-", "(1 row)");
    assertThat(query("SELECT item, value FROM inventory WHERE source = 'kubernetes'"))
        .contains("pod.phase", "Running", ".nvidia.com/gpu");
    assertThat(query("SELECT metric, reason FROM gap WHERE source = 'esnode.remote'"))
        .contains("app", "/metrics: Connection refused");
    assertThat(
            query("SELECT DISTINCT e.pod_uid FROM event e JOIN inventory i ON e.pod_uid = i.value"
                + " WHERE i.item = 'pod.uid'"))
        .contains("(1 row)");
    assertThat(query("SELECT * FROM audit")
            + query("SELECT * FROM gap")
            + query("SELECT * FROM event"))
        .doesNotContain(TOKEN, "train-0", "gpu-node-7");
    Manifest manifest = manifest();
    assertThat(manifest.config().get("http.user")).containsAnyOf("user ", "root");
    assertThat(manifest.config().toString()).doesNotContain(TOKEN, "gpu-node-7");
  }

  @Test
  void optionsThatCannotBeMeantAreUsageErrors() throws Exception {
    for (String[] options : new String[][] {
      {"--app-metrics-url", "http://user:secret@127.0.0.1/"},
      {"--app-metrics-url", "file:///etc/passwd"},
      {"--app-metrics-interval", "100ms"},
      {"--http-user", "0"},
      {"--kube-api", "http://10.0.0.1:8080", "--kube-token-file", "token"},
      {"--no-kubernetes", "--kube-node", "a"},
      {"--kubernetes"}
    }) {
      String[] all = new String[options.length + 1];
      all[0] = "record";
      System.arraycopy(options, 0, all, 1, options.length);
      Esnode.Answer answer = esnode.run(all);

      assertThat(answer.exit()).as(answer.err()).isEqualTo(64);
      assertThat(answer.err()).startsWith("esnode: --").doesNotContain("secret");
    }
  }

  private String query(String sql) throws Exception {
    Esnode.Answer answer = esnode.run("query", "t.parquet", sql);
    assertThat(answer.exit()).as(answer.err()).isZero();
    return answer.out();
  }

  private Manifest manifest() throws Exception {
    try (FileChannel channel = FileChannel.open(dir.resolve("t.parquet"))) {
      return BundleFile.read("t.parquet", channel).manifest();
    }
  }

  private static int unused() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static void send(HttpExchange exchange, String text) throws IOException {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(200, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  private HttpsServer api() throws Exception {
    Path store = dir.resolve("server.p12");
    Process keytool = new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
            "-genkeypair",
            "-keystore",
            store.toString(),
            "-storepass",
            "changeit",
            "-keyalg",
            "EC",
            "-dname",
            "CN=kube",
            "-ext",
            "san=ip:127.0.0.1")
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start();
    assertThat(keytool.waitFor(60, TimeUnit.SECONDS)).isTrue();
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, "changeit".toCharArray());
    }
    Files.writeString(
        dir.resolve("ca.pem"),
        "-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n"
            .formatted(Base64.getMimeEncoder()
                .encodeToString(keys.getCertificate("mykey").getEncoded())));
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(keys, "changeit".toCharArray());
    SSLContext tls = SSLContext.getInstance("TLS");
    tls.init(factory.getKeyManagers(), null, null);
    HttpsServer server =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(tls));
    server.setExecutor(Executors.newCachedThreadPool());
    server.createContext("/api/v1/pods", exchange -> answer(exchange, POD));
    server.createContext("/api/v1/events", exchange -> answer(exchange, EVENT));
    return server;
  }

  private void answer(HttpExchange exchange, String item) throws IOException {
    if (!("Bearer " + TOKEN).equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
      exchange.sendResponseHeaders(401, -1);
      exchange.close();
      return;
    }
    if (!exchange.getRequestURI().getQuery().contains("watch=1")) {
      send(exchange, "{\"metadata\":{\"resourceVersion\":\"1\"},\"items\":[%s]}".formatted(item));
      return;
    }
    exchange.sendResponseHeaders(200, 0);
    try (OutputStream out = exchange.getResponseBody()) {
      out.flush();
      end.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
