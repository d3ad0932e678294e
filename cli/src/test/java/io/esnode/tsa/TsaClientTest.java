package io.esnode.tsa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TsaClientTest {
  private static final TsaClient CLIENT = new TsaClient(Duration.ofSeconds(20));
  private static final byte[] QUERY = {1, 2, 3};

  private HttpServer server;

  @BeforeEach
  void startServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.start();
  }

  @AfterEach
  void stopServer() {
    server.stop(0);
  }

  private URI address(String path) {
    return URI.create("http://127.0.0.1:%d%s".formatted(server.getAddress().getPort(), path));
  }

  private void answer(String path, int status, String type, byte[] body) {
    server.createContext(path, exchange -> send(exchange, status, type, body));
  }

  private static void send(HttpExchange exchange, int status, String type, byte[] body)
      throws IOException {
    try (exchange) {
      exchange.getRequestBody().readAllBytes();
      exchange.getResponseHeaders().add("Content-Type", type);
      exchange.sendResponseHeaders(status, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  private static TsaException refused(URI address) {
    return refused(CLIENT, address);
  }

  private static TsaException refused(TsaClient client, URI address) {
    return catchThrowableOfType(TsaException.class, () -> client.ask(address, QUERY));
  }

  @Test
  void questionIsPostedAndTheAnswerGivenAsItIs() throws IOException {
    AtomicReference<String> asked = new AtomicReference<>();
    AtomicReference<byte[]> body = new AtomicReference<>();
    server.createContext("/", exchange -> {
      asked.set(exchange.getRequestMethod() + " "
          + exchange.getRequestHeaders().getFirst("Content-Type"));
      body.set(exchange.getRequestBody().readAllBytes());
      send(exchange, 200, "application/timestamp-reply", new byte[] {9, 8});
    });

    assertThat(CLIENT.ask(address("/"), QUERY)).containsExactly(9, 8);
    assertThat(asked).hasValue("POST application/timestamp-query");
    assertThat(body.get()).containsExactly(1, 2, 3);
  }

  @Test
  void anyOtherStatusIsNoAnswer() {
    answer("/", 503, "application/timestamp-reply", new byte[1]);

    assertThat(refused(address("/"))).hasMessageContaining("status 503");
    assertThat(refused(address("/")).answered()).isTrue();
  }

  @Test
  void redirectIsNotFollowed() {
    AtomicInteger followed = new AtomicInteger();
    server.createContext("/there", exchange -> {
      followed.incrementAndGet();
      send(exchange, 200, "application/timestamp-reply", new byte[1]);
    });
    server.createContext("/", exchange -> {
      exchange.getResponseHeaders().add("Location", "/there");
      send(exchange, 307, "text/html", new byte[0]);
    });

    assertThat(refused(address("/"))).hasMessageContaining("redirects are not followed");
    assertThat(followed).hasValue(0);
  }

  @Test
  void anotherTypeOfContentIsNoAnswer() {
    answer("/", 200, "text/html; charset=utf-8", new byte[10]);

    assertThat(refused(address("/"))).hasMessageContaining("text/html");
  }

  @Test
  void answerIsBounded() throws IOException {
    answer("/most", 200, "application/timestamp-reply", new byte[TsaClient.MAX_ANSWER]);
    answer("/more", 200, "application/timestamp-reply", new byte[TsaClient.MAX_ANSWER + 1]);

    assertThat(CLIENT.ask(address("/most"), QUERY)).hasSize(TsaClient.MAX_ANSWER);
    assertThat(refused(address("/more"))).hasMessageContaining("more than 65536 bytes");
  }

  @Test
  void serverThatNeverEndsIsGivenUp() throws IOException {
    TsaClient hasty = new TsaClient(Duration.ofMillis(400));
    server.createContext("/", exchange -> {
      exchange.getRequestBody().readAllBytes();
      exchange.getResponseHeaders().add("Content-Type", "application/timestamp-reply");
      exchange.sendResponseHeaders(200, 0);
      exchange.getResponseBody().write(1);
      exchange.getResponseBody().flush();
    });

    assertThat(refused(hasty, address("/")).answered()).isFalse();
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThat(
              refused(hasty, URI.create("http://127.0.0.1:%d/".formatted(silent.getLocalPort()))))
          .hasMessageContaining("answer within PT0.4S");
    }
  }

  @Test
  void nobodyThereIsNoAnswer() {
    int port = server.getAddress().getPort();
    server.stop(0);

    TsaException refused = refused(URI.create("http://127.0.0.1:%d/".formatted(port)));

    assertThat(refused.answered()).isFalse();
    assertThat(refused).hasMessageContaining("connection");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ftp://tsa.example/",
        "tsa.example",
        "file:///etc/passwd",
        "http:///x",
        "http://me:secret@tsa.example/"
      })
  void otherAddressesAreNotAsked(String address) {
    assertThat(TsaClient.canAsk(URI.create(address))).isFalse();
  }
}
