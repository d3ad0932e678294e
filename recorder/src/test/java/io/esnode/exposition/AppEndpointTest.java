package io.esnode.exposition;

import static org.assertj.core.api.Assertions.assertThat;

import io.esnode.web.RawServer;
import io.esnode.web.Told;
import io.esnode.web.Trust;
import io.esnode.web.Web;
import io.esnode.wire.Message;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against servers of this process. */
@Timeout(60)
class AppEndpointTest {
  private final Told told = new Told();

  @Test
  void scrapeBecomesRows() throws IOException {
    try (RawServer server =
        RawServer.saying("HTTP/1.1 200 OK\r\n\r\n# TYPE a gauge\na{pod=\"p\"} 0.1 5\nb NaN\n")) {
      endpoint(server.uri()).scrape();
    }

    List<Message.Note> rows = told.of("app");
    assertThat(rows).hasSize(2);
    assertThat(rows.get(0).texts())
        .containsEntry("name", "a")
        .containsEntry("label:pod", "p")
        .containsEntry("type", "gauge")
        .containsEntry("endpoint", "0");
    assertThat(rows.get(0).numbers())
        .containsEntry("value", Double.doubleToRawLongBits(0.1))
        .containsEntry("sample_ts", 5_000L);
    assertThat(told.gaps()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "'HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\n\r\n', HTTP 302: redirects are not followed",
    "'HTTP/1.1 503 Service Unavailable\r\n\r\n', HTTP 503",
    "'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\na 1\n', the connection ended inside the answer",
    "'HTTP/1.1 200 OK\r\nContent-Type: application/openmetrics-text; version=1.0.0\r\n\r\na 1\n', the text ends before its # EOF"
  })
  void whatIsMissingIsAGap(String answer, String why) throws IOException {
    try (RawServer server = RawServer.saying(answer)) {
      AppEndpoint endpoint = endpoint(server.uri());
      endpoint.scrape();
      endpoint.scrape();
    }

    assertThat(told.gaps()).containsExactly(why);
  }

  @Test
  void answerThatIsTooLongIsAGap() throws IOException {
    try (RawServer server =
        RawServer.saying("HTTP/1.1 200 OK\r\n\r\n" + "# a line of a comment\n".repeat(200_000))) {
      endpoint(server.uri()).scrape();
    }

    assertThat(told.gaps()).containsExactly("more than 4194304 bytes");
  }

  @Test
  void gapEndsWhenTheEndpointAnswersAgain() throws IOException {
    AtomicInteger asked = new AtomicInteger();
    try (RawServer server = new RawServer(to -> to.write(
        (asked.getAndIncrement() == 0 ? "HTTP/1.1 500 x\r\n\r\n" : "HTTP/1.1 200 OK\r\n\r\na 1\n")
            .getBytes(java.nio.charset.StandardCharsets.US_ASCII)))) {
      AppEndpoint endpoint = endpoint(server.uri());
      endpoint.scrape();
      endpoint.scrape();
    }

    assertThat(told.gaps()).containsExactly("HTTP 500", "HTTP 500.");
    assertThat(told.of("app")).hasSize(1);
  }

  private AppEndpoint endpoint(URI uri) throws IOException {
    return new AppEndpoint(
        new Web(Trust.of(null)), uri, 0, Duration.ofSeconds(10), 2000, told.reports());
  }
}
