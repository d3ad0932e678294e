package io.esnode.kubernetes;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsServer;
import io.esnode.web.Certificates;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A server that answers lists and watches as a kube-apiserver does, over TLS, and writes down what it was asked. */
final class ApiServer implements Closeable {
  /** What ends a watch without a line end before it. */
  static final String TEAR = "<tear>";

  /** What ends a watch in order. */
  static final String END = "<end>";

  private final Certificates certificates;
  private final HttpsServer server;
  /** By resource and selector. */
  private final Map<String, List<String>> lists = new ConcurrentHashMap<>();

  private final Map<String, BlockingQueue<String>> watches = new ConcurrentHashMap<>();
  final List<String> asked = new CopyOnWriteArrayList<>();
  volatile String token = "first";

  ApiServer(java.nio.file.Path directory) throws Exception {
    certificates = Certificates.make(directory, "ip:127.0.0.1");
    server = certificates.server();
    server.createContext("/api/v1/", this::answer);
    server.start();
  }

  URI uri() {
    return URI.create("https://127.0.0.1:%d".formatted(server.getAddress().getPort()));
  }

  String ca() throws Exception {
    return certificates.pem();
  }

  /** Answers of lists of that kind, one after the other, the last for ever: a body, or a status. */
  void list(String selector, String... answers) {
    lists.put(selector, new CopyOnWriteArrayList<>(answers));
  }

  /** Lines of a watch of that kind. */
  BlockingQueue<String> watch(String selector) {
    return watches.computeIfAbsent(selector, s -> new LinkedBlockingQueue<>());
  }

  private void answer(HttpExchange exchange) throws IOException {
    String query =
        URLDecoder.decode(exchange.getRequestURI().getRawQuery(), StandardCharsets.UTF_8);
    asked.add(query);
    if (!("Bearer " + token).equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
      send(exchange, 401, "{\"kind\":\"Status\",\"reason\":\"Unauthorized\",\"code\":401}");
      return;
    }
    String selector = query.replaceFirst("fieldSelector=(.*?)&(limit|watch)=.*", "$1");
    if (!query.contains("watch=1")) {
      List<String> answers = lists.getOrDefault(selector, List.of());
      String body = answers.isEmpty()
          ? "{\"metadata\":{\"resourceVersion\":\"1\"},\"items\":[]}"
          : answers.size() == 1 ? answers.get(0) : answers.remove(0);
      boolean status = body.matches("[0-9]{3}");
      send(exchange, status ? Integer.parseInt(body) : 200, status ? "{}" : body);
      return;
    }
    exchange.sendResponseHeaders(200, 0);
    try (OutputStream out = exchange.getResponseBody()) {
      while (true) {
        String line = watch(selector).poll(20, TimeUnit.SECONDS);
        if (line == null || line.equals(END)) {
          return;
        }
        boolean tears = line.endsWith(TEAR);
        String text = tears ? line.substring(0, line.length() - TEAR.length()) : line + "\n";
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
        if (tears || line.contains("\"ERROR\"")) {
          return;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void send(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
