package io.esnode.web;

import java.net.URI;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A GET.
 *
 * @param uri http or https, without user and password
 * @param headers besides Host, Connection, User-Agent and Accept-Encoding
 * @param idle without a byte until it is given up, connecting included
 * @param whole from the first packet to the last until it is given up; null for no end
 */
public record Request(
    URI uri,
    Map<String, String> headers,
    Duration idle,
    @Nullable Duration whole) {
  public Request {
    headers = Map.copyOf(headers);
    headers.forEach((name, value) -> {
      if (!isHeader(name) || !isHeader(value)) {
        throw new IllegalArgumentException("a header that does not fit into one line");
      }
    });
    boolean http =
        "http".equalsIgnoreCase(uri.getScheme()) || "https".equalsIgnoreCase(uri.getScheme());
    if (!http || uri.getHost() == null || uri.getRawUserInfo() != null) {
      throw new IllegalArgumentException("an address that is not asked");
    }
  }

  boolean isTls() {
    return "https".equalsIgnoreCase(uri.getScheme());
  }

  int port() {
    return uri.getPort() >= 0 ? uri.getPort() : isTls() ? 443 : 80;
  }

  /** As the first line of the request has it. */
  String target() {
    String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
    return uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery();
  }

  private static boolean isHeader(String text) {
    return text.chars().allMatch(c -> c >= ' ' && c < 0x7f);
  }
}
