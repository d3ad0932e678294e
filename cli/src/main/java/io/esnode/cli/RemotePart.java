package io.esnode.cli;

import io.esnode.kernel.Pseudonyms;
import io.esnode.remote.RemoteChoice;
import io.esnode.remote.RemoteSources;
import io.esnode.signature.ExitCode;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What of a recording is asked over HTTP: applications that expose metrics, and the Kubernetes API. */
final class RemotePart {
  private static final Path ACCOUNT = Path.of("/var/run/secrets/kubernetes.io/serviceaccount");
  private static final Duration MIN_INTERVAL = Duration.ofSeconds(1);
  private static final int MOST_SERIES = 20_000;

  /** What a node may be called in a cluster: RFC 1123, as the API server checks it. */
  private static final Pattern NODE_NAME = Pattern.compile("[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?");

  @Option(
      names = "--app-metrics-url",
      paramLabel = "URL",
      description =
          "Record the metrics that an application exposes there (Prometheus text, OpenMetrics). Repeatable.")
  private List<String> appMetricsUrls = List.of();

  @Option(
      names = "--app-metrics-interval",
      paramLabel = "D",
      converter = DurationConverter.class,
      defaultValue = "10s",
      description = "Time between two scrapes; default: ${DEFAULT-VALUE}.")
  private Duration interval = Duration.ofSeconds(10);

  @Option(
      names = "--app-metrics-series",
      paramLabel = "N",
      defaultValue = "2000",
      description = "Series of one endpoint at most; default: ${DEFAULT-VALUE}.")
  private int series = 2000;

  @Option(
      names = "--kubernetes",
      negatable = true,
      description =
          "Record this node's pods and events from the Kubernetes API; default: where this process is in a pod.")
  private @Nullable Boolean kubernetes;

  @Option(
      names = "--kube-api",
      paramLabel = "URL",
      description = "API server; default: the one that a pod is told.")
  private @Nullable String kubeApi;

  @Option(
      names = "--kube-token-file",
      paramLabel = "F",
      description = "Bearer token, read again when it rotates; default: the pod's service account.")
  private @Nullable Path kubeTokenFile;

  @Option(
      names = "--kube-ca",
      paramLabel = "F",
      description = "Certificates (PEM) the API server's has to lead to; default: the pod's.")
  private @Nullable Path kubeCa;

  @Option(
      names = "--kube-node",
      paramLabel = "NAME",
      description = "Name of this node in the cluster; default: $NODE_NAME, else the host's.")
  private @Nullable String kubeNode;

  @Option(
      names = "--http-user",
      paramLabel = "UID[:GID]",
      defaultValue = "65534:65534",
      description =
          "Who the process that speaks HTTP runs as where the recorder is root; default: ${DEFAULT-VALUE}, nobody.")
  private String httpUser = "65534:65534";

  /**
   * What was chosen.
   *
   * @throws CommandException if it cannot be meant
   */
  RemoteChoice choice(Map<String, String> environment) throws IOException {
    if (interval.compareTo(MIN_INTERVAL) < 0) {
      throw usage("--app-metrics-interval %s: at least 1 s".formatted(interval));
    }
    if (series < 1 || series > MOST_SERIES) {
      throw usage("--app-metrics-series %d: from 1 to %d".formatted(series, MOST_SERIES));
    }
    HttpUser.check(httpUser);
    List<URI> endpoints = new ArrayList<>();
    for (String url : appMetricsUrls) {
      endpoints.add(uri("--app-metrics-url", url));
    }
    return new RemoteChoice(endpoints, interval, series, cluster(environment));
  }

  private RemoteChoice.@Nullable Cluster cluster(Map<String, String> environment)
      throws IOException {
    Boolean wanted = kubernetes;
    boolean named = kubeApi != null || kubeTokenFile != null || kubeCa != null || kubeNode != null;
    if (wanted != null && !wanted) {
      if (named) {
        throw usage("--no-kubernetes and --kube-…: choose one");
      }
      return null;
    }
    String host = environment.get("KUBERNETES_SERVICE_HOST");
    boolean inPod = host != null && Files.exists(ACCOUNT.resolve("token"));
    if (!inPod && !named && wanted == null) {
      return null;
    }
    String api = kubeApi;
    if (api == null) {
      if (host == null) {
        throw usage("--kubernetes: this process is in no pod; name the API server with --kube-api");
      }
      api = "https://%s:%s"
          .formatted(
              host.contains(":") ? "[" + host + "]" : host,
              environment.getOrDefault("KUBERNETES_SERVICE_PORT", "443"));
    }
    String node = kubeNode;
    if (node == null) {
      node = environment.getOrDefault("NODE_NAME", Node.hostName().toLowerCase(Locale.ROOT));
    }
    if (!NODE_NAME.matcher(node).matches()) {
      throw usage(
          "--kube-node: not a name that a node can have: expected lower-case letters, digits, . and -");
    }
    URI server = uri("--kube-api", api);
    Path token = kubeTokenFile != null ? kubeTokenFile : pods("token", kubeApi == null);
    if (token != null && !"https".equalsIgnoreCase(server.getScheme())) {
      throw usage("--kube-api: a token is sent over https:// only");
    }
    return new RemoteChoice.Cluster(
        server, node, token, kubeCa != null ? kubeCa : pods("ca.crt", kubeApi == null));
  }

  private static @Nullable Path pods(String file, boolean inPod) {
    return inPod ? ACCOUNT.resolve(file) : null;
  }

  /** Adds what the configuration is to say. */
  void describe(Map<String, String> config, RemoteChoice choice, Pseudonyms names) {
    config.put(
        "app.metrics",
        choice.endpoints().isEmpty()
            ? "none"
            : "%s every %s, %d series at most"
                .formatted(String.join(" ", RemoteSources.shown(choice, names)), interval, series));
    RemoteChoice.Cluster cluster = choice.cluster();
    config.put(
        "kubernetes",
        cluster == null
            ? "not asked"
            : "%s, node %s"
                .formatted(
                    RemoteSources.shown(cluster, names), names.name("host", cluster.node())));
    if (!choice.isEmpty()) {
      config.put("http.user", user().words());
    }
  }

  HttpUser user() {
    return HttpUser.of(httpUser);
  }

  private static URI uri(String option, String text) {
    try {
      return RemoteChoice.address(text);
    } catch (IllegalArgumentException e) {
      throw usage(option + ": " + e.getMessage());
    }
  }

  private static CommandException usage(String message) {
    return new CommandException(ExitCode.USAGE, message);
  }
}
