package io.esnode.remote;

import io.esnode.json.Json;
import io.esnode.json.JsonException;
import io.esnode.json.JsonReader;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the process that speaks HTTP is to ask: one JSON object in one line on its standard input, where nobody else can read
 * it, unlike arguments and environment.
 *
 * @param endpoints that expose metrics
 * @param interval from scrape to scrape
 * @param series of one endpoint at most
 * @param cluster null where no API server is asked
 */
record Orders(
    List<URI> endpoints,
    Duration interval,
    int series,
    @Nullable Cluster cluster) {
  Orders {
    endpoints = List.copyOf(endpoints);
  }

  /**
   * An API server.
   *
   * @param node name of this node there
   * @param ca certificates in PEM; null for those that Java trusts
   * @param token empty for none
   */
  record Cluster(URI api, String node, @Nullable String ca, String token) {
    @Override
    public String toString() {
      return "Cluster[%s]".formatted(api);
    }
  }

  String line() {
    Json.Builder orders = Json.object()
        .put("endpoints", Json.strings(endpoints.stream().map(URI::toString).toList()))
        .put("interval_ms", interval.toMillis())
        .put("series", series);
    Cluster asked = cluster;
    if (asked != null) {
      orders.put(
          "cluster",
          Json.object()
              .put("api", asked.api().toString())
              .put("node", asked.node())
              .put("ca", asked.ca())
              .put("token", asked.token())
              .build());
    }
    return orders.build().canonical();
  }

  static Orders from(String line) throws JsonException {
    Json.Obj orders = JsonReader.object(line);
    List<URI> endpoints = new ArrayList<>();
    for (String endpoint : orders.arr("endpoints").texts()) {
      endpoints.add(URI.create(endpoint));
    }
    Cluster cluster = null;
    if (orders.has("cluster")) {
      Json.Obj asked = orders.obj("cluster");
      cluster = new Cluster(
          URI.create(asked.text("api")),
          asked.text("node"),
          asked.textOrNull("ca"),
          asked.text("token"));
    }
    return new Orders(
        endpoints,
        Duration.ofMillis(orders.integer("interval_ms")),
        Math.toIntExact(orders.integer("series")),
        cluster);
  }

  /** A line that says that the token is another one now. */
  static String tokenLine(String token) {
    return Json.object().put("token", token).build().canonical();
  }

  static String token(String line) throws JsonException {
    return JsonReader.object(line).text("token");
  }
}
