package io.esnode.web;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Against servers of this process. */
@Timeout(60)
class WebTest {
  private static final Duration LONG = Duration.ofSeconds(20);

  @TempDir
  Path dir;

  @Test
  void chunksAreJoined() throws Exception {
    String answer =
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4;x=y\r\nWiki\r\n5\r\npedia\r\n0\r\nTrailer: 1\r\n\r\n";
    try (RawServer server = RawServer.saying(answer)) {
      assertThat(text(server.uri(), LONG)).isEqualTo("Wikipedia");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab', the connection ended inside the answer",
    "'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab', the connection ended inside the answer",
    "'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n', a chunk of the answer has no length",
    "'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n', a chunk of the answer is longer than it says",
    "'HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n', an encoding that was not asked for",
    "'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n', two lengths of one answer",
    "'HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n', a length that is no number",
    "'SSH-2.0-OpenSSH_9.2\r\n', no HTTP answer",
    "'HTTP/1.1 200 OK\r\n', the connection ended inside the answer's head"
  })
  void answerThatIsNoneSaysSo(String answer, String why) throws Exception {
    try (RawServer server = RawServer.saying(answer)) {
      assertThatThrownBy(() -> text(server.uri(), LONG))
          .isInstanceOf(HttpException.class)
          .hasMessage(why);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "HTTP/1.1 200 OK\r\nX: ", "HTTP/1.1 200 OK\r\n\r\n"})
  void serverThatDripsIsGivenUpInTime(String beginning) throws Exception {
    try (RawServer server = RawServer.dripping(beginning)) {
      assertThatThrownBy(() -> text(server.uri(), Duration.ofMillis(300)))
          .isInstanceOf(HttpException.class)
          .hasMessage("no whole answer in time");
    }
  }

  @Test
  void certificateHasToLeadToTheCaAndToNameTheHost() throws Exception {
    Certificates right = Certificates.make(dir, "ip:127.0.0.1");
    Certificates wrong = Certificates.make(dir, "dns:elsewhere.example");
    HttpsServer server = server(right);
    HttpsServer misnamed = server(wrong);
    try {
      assertThat(text(uri(server), LONG, right.pem())).isEqualTo("hello");
      assertThatThrownBy(() -> text(uri(server), LONG, wrong.pem()))
          .hasMessageStartingWith("TLS: ");
      assertThatThrownBy(() -> text(uri(server), LONG, null)).hasMessageStartingWith("TLS: ");
      assertThatThrownBy(() -> text(uri(misnamed), LONG, wrong.pem()))
          .hasMessageStartingWith("TLS: No subject alternative names");
    } finally {
      server.stop(0);
      misnamed.stop(0);
    }
  }

  @Test
  void headerCannotBringAnother() {
    assertThatThrownBy(() -> new Request(
            URI.create("http://a/"), Map.of("Authorization", "Bearer s\r\nX: y"), LONG, null))
        .isInstanceOf(IllegalArgumentException.class)
        .message()
        .doesNotContain("Bearer");
  }

  private static HttpsServer server(Certificates certificates) throws Exception {
    HttpsServer server = certificates.server();
    server.createContext("/", exchange -> {
      byte[] body = "hello".getBytes(UTF_8);
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
      exchange.close();
    });
    server.start();
    return server;
  }

  private static URI uri(HttpsServer server) {
    return URI.create("https://127.0.0.1:%d/".formatted(server.getAddress().getPort()));
  }

  private static String text(URI uri, Duration whole) throws IOException {
    return text(uri, whole, null);
  }

  private static String text(URI uri, Duration whole, @Nullable String ca) throws IOException {
    Web web = new Web(Trust.of(ca));
    try (Response response = web.open(new Request(uri, Map.of(), LONG, whole))) {
      return new String(response.bytes(1 << 20), UTF_8);
    }
  }
}
