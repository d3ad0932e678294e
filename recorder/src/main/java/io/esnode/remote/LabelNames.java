package io.esnode.remote;

import io.esnode.kernel.PrintableText;
import io.esnode.kernel.Pseudonyms;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Keyed tokens for label values that name pods, hosts, accounts or jobs, told by the label's name. Not thread-safe. */
final class LabelNames {
  private static final int REMEMBERED = 2048;

  /** Lower case; what these name is a pod, a namespace or a container's name. */
  private static final Map<String, String> KINDS = Map.ofEntries(
      Map.entry("pod", "pod"),
      Map.entry("pod_name", "pod"),
      Map.entry("podname", "pod"),
      Map.entry("exported_pod", "pod"),
      Map.entry("namespace", "pod"),
      Map.entry("exported_namespace", "pod"),
      Map.entry("pod_namespace", "pod"),
      Map.entry("kubernetes_namespace", "pod"),
      Map.entry("container", "pod"),
      Map.entry("container_name", "pod"),
      Map.entry("exported_container", "pod"),
      Map.entry("deployment", "pod"),
      Map.entry("statefulset", "pod"),
      Map.entry("daemonset", "pod"),
      Map.entry("replicaset", "pod"),
      Map.entry("pod_uid", "pod_uid"),
      Map.entry("poduid", "pod_uid"),
      Map.entry("uid", "pod_uid"),
      Map.entry("container_id", "container_id"),
      Map.entry("id", "cgroup"),
      Map.entry("node", "host"),
      Map.entry("nodename", "host"),
      Map.entry("node_name", "host"),
      Map.entry("host", "host"),
      Map.entry("hostname", "host"),
      Map.entry("host_name", "host"),
      Map.entry("domainname", "host"),
      Map.entry("instance", "host"),
      Map.entry("exported_instance", "host"),
      Map.entry("user", "account"),
      Map.entry("user_id", "account"),
      Map.entry("user_name", "account"),
      Map.entry("username", "account"),
      Map.entry("account", "account"),
      Map.entry("owner", "account"),
      Map.entry("group", "account"),
      Map.entry("email", "account"),
      Map.entry("job", "job"),
      Map.entry("exported_job", "job"),
      Map.entry("job_id", "job"),
      Map.entry("jobid", "job"),
      Map.entry("job_name", "job"),
      Map.entry("hpc_job", "job"),
      Map.entry("slurm_job_id", "job"));

  private final Pseudonyms names;
  private final Map<String, String> known = new LinkedHashMap<>() {
    private static final long serialVersionUID = 1;

    @Override
    protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
      return size() > REMEMBERED;
    }
  };

  LabelNames(Pseudonyms names) {
    this.names = names;
  }

  /** What stands in the bundle in the place of a label's value. */
  String value(String label, String value) {
    String kind = KINDS.getOrDefault(label.toLowerCase(Locale.ROOT), "");
    return known.computeIfAbsent(kind + "\0" + value, key -> token(kind, value));
  }

  private String token(String kind, String value) {
    String text = PrintableText.of(value);
    if (text.isEmpty()) {
      return text;
    }
    return switch (kind) {
      case "" -> names.text(text);
      case "host" -> host(text);
      case "pod_uid" -> names.pod(text);
      case "container_id" -> names.container(text.substring(text.lastIndexOf('/') + 1));
      case "cgroup" -> text.startsWith("/") ? names.cgroup(text) : names.text(text);
      case "job" -> names.job(text);
      default -> names.name(kind, text);
    };
  }

  /** A host or an address, perhaps with a port; this host's own loopback is no name. */
  String host(String text) {
    int colon = text.lastIndexOf(':');
    boolean port = colon > 0
        && text.substring(colon + 1).matches("[0-9]{1,5}")
        && (text.indexOf(':') == colon || text.charAt(colon - 1) == ']');
    String bare = port ? text.substring(0, colon) : text;
    String tail = port ? text.substring(colon) : "";
    if (bare.equals("localhost") || bare.startsWith("127.") || bare.equals("[::1]")) {
      return text;
    }
    String addressed = names.text(bare);
    return (addressed.equals(bare) ? names.name("host", bare) : addressed) + tail;
  }
}
