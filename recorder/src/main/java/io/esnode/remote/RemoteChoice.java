package io.esnode.remote;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What is asked over HTTP.
 *
 * @param endpoints that expose metrics
 * @param interval from scrape to scrape
 * @param series of one endpoint at most
 * @param cluster null where no API server is asked
 */
public record RemoteChoice(
    List<URI> endpoints,
    Duration interval,
    int series,
    @Nullable Cluster cluster) {
  private static final int LARGEST_PORT = 65_535;

  public RemoteChoice {
    endpoints = List.copyOf(endpoints);
  }

  /**
   * An API server.
   *
   * @param node name of this node there
   * @param tokenFile read again when it rotates; null for none
   * @param caFile certificates in PEM; null for those that Java trusts
   */
  public record Cluster(
      URI api,
      String node,
      @Nullable Path tokenFile,
      @Nullable Path caFile) {}

  /**
   * An address that can be asked.
   *
   * @throws IllegalArgumentException if it is none; the message does not repeat it, it may hold a password
   */
  public static URI address(String text) {
    URI uri;
    try {
      uri = new URI(text);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(
          "not a URL: %s at character %d".formatted(e.getReason(), e.getIndex() + 1), e);
    }
    String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
    if (!scheme.equals("http") && !scheme.equals("https")) {
      throw new IllegalArgumentException("only http:// and https:// are asked");
    }
    if (uri.getRawUserInfo() != null) {
      throw new IllegalArgumentException(
          "a user or password in a URL can be read by everyone: leave it out");
    }
    if (uri.getHost() == null
        || uri.getPort() > LARGEST_PORT
        || uri.getRawFragment() != null
        || !text.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
      throw new IllegalArgumentException("expected http://HOST[:PORT]/PATH");
    }
    return uri;
  }

  /** What is missing where nobody asks. */
  List<String> metrics() {
    List<String> metrics = new ArrayList<>();
    if (!endpoints.isEmpty()) {
      metrics.add("app");
    }
    if (cluster != null) {
      metrics.add("kubernetes");
    }
    return metrics;
  }

  /** Whether there is nothing to ask. */
  public boolean isEmpty() {
    return endpoints.isEmpty() && cluster == null;
  }
}
