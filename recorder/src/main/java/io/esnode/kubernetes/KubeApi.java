package io.esnode.kubernetes;

import io.esnode.json.Json;
import io.esnode.json.JsonException;
import io.esnode.json.JsonReader;
import io.esnode.web.HttpException;
import io.esnode.web.Request;
import io.esnode.web.Response;
import io.esnode.web.Web;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The API server. Thread-safe. */
public final class KubeApi {
  static final int GONE = 410;

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** The server ends a watch after {@link ListWatch}'s timeoutSeconds; a connection that says nothing so long is dead. */
  private static final Duration WATCH_IDLE = Duration.ofMinutes(5);

  private static final int MOST_BYTES = 4 << 20;
  private static final int MOST_ERROR_BYTES = 64 << 10;
  private static final int OK = 200;

  private final Web web;
  private final String base;
  private final Supplier<String> token;

  /**
   * A server.
   *
   * @param base {@code https://HOST:PORT}
   * @param token asked for every request, since tokens rotate; empty for none
   */
  public KubeApi(Web web, URI base, Supplier<String> token) {
    this.web = web;
    String text = base.toString();
    this.base = text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
    this.token = token;
  }

  /** A refusal, told from a failure: 410 has to be answered by listing again. */
  static final class StatusException extends IOException {
    private static final long serialVersionUID = 1;

    private final int code;

    StatusException(int code, String reason) {
      super(reason.isEmpty() ? "HTTP " + code : "HTTP %d %s".formatted(code, reason));
      this.code = code;
    }

    int code() {
      return code;
    }
  }

  Json.Obj get(String path) throws IOException {
    try (Response response = ask(path, PATIENCE, PATIENCE)) {
      return JsonReader.object(response.bytes(MOST_BYTES));
    } catch (JsonException e) {
      throw new HttpException("an answer that is not JSON: " + e.getMessage(), e);
    }
  }

  /** One JSON object a line, until the server has enough; the caller closes it. */
  Response watch(String path) throws IOException {
    return ask(path, WATCH_IDLE, null);
  }

  private Response ask(String path, Duration idle, @Nullable Duration whole) throws IOException {
    Map<String, String> headers = new HashMap<>(Map.of("Accept", "application/json"));
    String secret = token.get();
    if (!secret.isEmpty()) {
      headers.put("Authorization", "Bearer " + secret);
    }
    Response response = web.open(new Request(URI.create(base + path), headers, idle, whole));
    if (response.status() == OK) {
      return response;
    }
    try (response) {
      throw new StatusException(response.status(), reason(response));
    }
  }

  /** The one word of a Status that is not free text. */
  private static String reason(Response response) throws IOException {
    try {
      return word(JsonReader.object(response.bytes(MOST_ERROR_BYTES)).textOrNull("reason"));
    } catch (JsonException | HttpException e) {
      // A proxy's own page, or nothing.
      return "";
    }
  }

  static String word(@Nullable String text) {
    return text != null && text.matches("[A-Za-z]{1,64}") ? text : "";
  }
}
