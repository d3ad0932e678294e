package io.esnode.kernel;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Puts keyed tokens in the place of names in log text: accounts, network addresses, pods, containers, control groups, the host.
 * The same name gets the same token wherever the key is the same, and only who has the key can tell which name it was. PCI
 * addresses, GPU UUIDs and process names stay. Not thread-safe.
 *
 * <p>A token is {@code a-} and sixteen hex digits of HMAC-SHA256(site key, kind, NUL, name); the host's is the one by which
 * the bundle calls the node.
 */
public final class Pseudonyms {
  private static final int TOKEN_BYTES = 8;
  private static final Pattern TOKEN = Pattern.compile("[an]-[0-9a-f]{16}");

  private static final Pattern CGROUP = Pattern.compile(
      "(?<=memcg=|cpuset=|Task in |as a result of limit of |cgroup stats for )(/?[^,\\s]{1,4096}?)(?=[,\\s]|: |:$|$)");
  private static final Pattern CONTAINER = Pattern.compile("(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])");
  private static final String UUID_SHAPE =
      "\\p{XDigit}{8}[-_]\\p{XDigit}{4}[-_]\\p{XDigit}{4}[-_]\\p{XDigit}{4}[-_]\\p{XDigit}{12}";
  private static final Pattern UUID =
      Pattern.compile("(?<!GPU-|MIG-|MIG-GPU-|\\p{XDigit})" + UUID_SHAPE + "(?!\\p{XDigit})");
  private static final Pattern ACCOUNT = Pattern.compile(
      "(?<=\\b(?:[ae]?uid|[ae]?gid|loginuid|fsuid|UID|GID|user|acct)[=: ])[ \"]{0,2}([0-9A-Za-z_][0-9A-Za-z_.-]{0,63})");
  private static final Pattern HOME_DIRECTORY = Pattern.compile("(?<=/home/)[^/\\s\"']{1,64}");
  private static final Pattern USER_UNIT =
      Pattern.compile("(?<=user-|user@|session-)\\d{1,10}(?=\\.s)");
  private static final Pattern HARDWARE_ADDRESS = Pattern.compile(
      "(?<![0-9A-Za-z:.-])\\p{XDigit}{2}(?:[:-]\\p{XDigit}{2}){5,19}(?![0-9A-Za-z:-])");
  private static final Pattern IPV4 = Pattern.compile(
      "(?<![0-9A-Za-z.])(?:(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])\\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])(?![0-9A-Za-z]|\\.[0-9])");
  private static final Pattern IPV6 =
      Pattern.compile("(?<![0-9A-Za-z:.])[0-9A-Fa-f:]{3,45}(?![0-9A-Za-z])");

  /** Parts of a control group path that every machine has. */
  private static final Pattern GENERIC = Pattern.compile(
      "(?:(?:kubepods|kubepods-besteffort|kubepods-burstable|kubepods-guaranteed|system|user|machine|init|runtime|docker|lxc)(?:\\.slice|\\.scope|\\.service)?|besteffort|burstable|guaranteed|containerd|crio|podman|slurm)");

  /** Units that distributions, container runtimes, Slurm and NVIDIA ship: their names are of nobody. */
  private static final Pattern SHIPPED_UNIT = Pattern.compile(
      "(?:systemd-[a-z0-9-]{1,40}|ssh|sshd|cron|crond|dbus|dbus-broker|rsyslog|auditd|chrony|chronyd|NetworkManager|containerd|docker|crio|podman|kubelet|rke2-agent|rke2-server|k3s|k3s-agent|slurmd|slurmctld|slurmdbd|slurmstepd|munge|nvidia-persistenced|nvidia-fabricmanager|nvidia-dcgm|nvidia-powerd|nvidia-imex|nvidia-mps|dcgm|dcgm-exporter|opensm|openibd|multipathd|esnode)\\.(?:service|scope)");

  private static final Pattern SLURM_NUMBER = Pattern.compile("(job_|uid_)(\\d{1,19})");
  private static final Pattern SLURM_PART =
      Pattern.compile("step_(?:\\d{1,19}|batch|extern|interactive)|task_(?:\\d{1,19}|special)");
  private static final Pattern USER_PART =
      Pattern.compile("(?:user-|user@|session-)\\d{1,10}\\.(?:slice|service|scope)");

  /** What containerd makes of a systemd path while its driver is cgroupfs. */
  private static final Pattern JOINED_PART =
      Pattern.compile("([^:]+)(:(?:cri-containerd|crio|docker):)([0-9a-f]{64})");

  private static final Pattern POD_PART =
      Pattern.compile("((?:kubepods-(?:besteffort-|burstable-|guaranteed-)?)?pod)(" + UUID_SHAPE
          + "|\\p{XDigit}{32})(\\.slice)?");
  private static final Pattern CONTAINER_PART = Pattern.compile(
      "((?:cri-containerd-|crio-|docker-|libpod-|containerd-)?)([0-9a-f]{64})(\\.scope)?");

  private final @Nullable Mac mac;
  private final @Nullable Pattern host;
  private final String hostToken;

  private Pseudonyms(@Nullable Mac mac, @Nullable Pattern host, String hostToken) {
    this.mac = mac;
    this.host = host;
    this.hostToken = hostToken;
  }

  /** Changes nothing: clear names were chosen. */
  public static Pseudonyms clear() {
    return new Pseudonyms(null, null, "");
  }

  /**
   * With the key of this site.
   *
   * @param hostName what the kernel calls this host
   * @param node what the bundle calls it
   */
  public static Pseudonyms keyed(byte[] siteKey, String hostName, String node) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(siteKey, "HmacSHA256"));
      return new Pseudonyms(mac, hostPattern(hostName), node);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has HmacSHA256", e);
    }
  }

  /** The full name and what stands before its first dot; null where it names no particular host. */
  private static @Nullable Pattern hostPattern(String hostName) {
    String name = hostName.strip();
    int dot = name.indexOf('.');
    String first = dot > 0 ? name.substring(0, dot) : name;
    if (first.length() < 2 || first.equals("localhost")) {
      return null;
    }
    return Pattern.compile(
        "(?<![0-9A-Za-z_-])" + Pattern.quote(first) + "(?:"
            + Pattern.quote(name.substring(first.length())) + ")?(?![0-9A-Za-z_-])",
        Pattern.CASE_INSENSITIVE);
  }

  /** A text with every name in it replaced. */
  public String text(String text) {
    if (mac == null) {
      return text;
    }
    String safe = replace(CGROUP, text, m -> cgroup(m.group()));
    safe = replace(UUID, safe, m -> pod(m.group()));
    safe = replace(CONTAINER, safe, m -> token("container", m.group()));
    safe = replace(HARDWARE_ADDRESS, safe, m -> token("mac", normal(m.group().replace('-', ':'))));
    safe = replace(IPV6, safe, m -> ipv6(m.group()));
    safe = replace(IPV4, safe, m -> token("ip", m.group()));
    safe = replace(ACCOUNT, safe, m -> account(m.group()));
    safe = replace(USER_UNIT, safe, m -> token("account", m.group()));
    safe = replace(HOME_DIRECTORY, safe, m -> token("account", m.group()));
    return host == null ? safe : replace(host, safe, m -> hostToken);
  }

  /** A control group path, part by part: what every machine has stays, pods, containers and other names become tokens. */
  public String cgroup(String path) {
    if (mac == null) {
      return path;
    }
    StringBuilder safe = new StringBuilder();
    for (String part : path.split("/", -1)) {
      safe.append(safe.length() == 0 && part.isEmpty() ? "" : part(part)).append('/');
    }
    return safe.substring(0, safe.length() - 1);
  }

  private String part(String part) {
    if (part.isEmpty()
        || GENERIC.matcher(part).matches()
        || SHIPPED_UNIT.matcher(part).matches()
        || SLURM_PART.matcher(part).matches()) {
      return part;
    }
    if (USER_PART.matcher(part).matches()) {
      return replace(USER_UNIT, part, m -> token("account", m.group()));
    }
    Matcher slurm = SLURM_NUMBER.matcher(part);
    if (slurm.matches()) {
      boolean job = slurm.group(1).equals("job_");
      return slurm.group(1) + (job ? job(slurm.group(2)) : token("account", slurm.group(2)));
    }
    Matcher joined = JOINED_PART.matcher(part);
    if (joined.matches()) {
      return part(joined.group(1)) + joined.group(2) + container(joined.group(3));
    }
    Matcher pod = POD_PART.matcher(part);
    if (pod.matches()) {
      return pod.group(1) + pod(pod.group(2)) + text(pod, 3);
    }
    Matcher container = CONTAINER_PART.matcher(part);
    if (container.matches()) {
      return container.group(1) + container(container.group(2)) + text(container, 3);
    }
    return token("cgroup", part);
  }

  /**
   * One name of which it is known what it names.
   *
   * @param kind {@code account}, {@code host}, {@code pod}, {@code job} …: the same name of another kind has another token
   */
  public String name(String kind, String name) {
    if (mac == null || TOKEN.matcher(name).matches()) {
      return name;
    }
    return host != null && kind.equals("host") && host.matcher(name).matches()
        ? hostToken
        : token(kind, name);
  }

  private static String text(Matcher matcher, int group) {
    String text = matcher.group(group);
    return text == null ? "" : text;
  }

  /** The UID of a pod, in any spelling. */
  public String pod(String uid) {
    return token("pod", normal(uid.replace('_', '-')));
  }

  /** The id of a container. */
  public String container(String id) {
    return token("container", id);
  }

  /** The number of a job of the workload manager. */
  public String job(String number) {
    return token("job", number);
  }

  private String account(String name) {
    String bare = name.stripLeading();
    int quote = bare.startsWith("\"") ? 1 : 0;
    String lead = name.substring(0, name.length() - bare.length() + quote);
    String account = bare.substring(quote);
    return lead + name("account", account);
  }

  /** Groups of hex digits and colons are an address when IPv6 can be written so, and a PCI address never can. */
  private String ipv6(String found) {
    String body = found;
    String tail = "";
    while (body.endsWith(":") && !body.endsWith("::")) {
      body = body.substring(0, body.length() - 1);
      tail = ":";
    }
    String canonical = canonicalIpv6(body);
    return canonical == null ? found : token("ip", canonical) + tail;
  }

  /** Eight groups of four lower-case digits; null for what is no address. */
  private static @Nullable String canonicalIpv6(String text) {
    int gap = text.indexOf("::");
    boolean digits = text.chars().anyMatch(c -> c >= '0' && c <= '9');
    if (!digits || gap != text.lastIndexOf("::")) {
      return null;
    }
    String[] head = groups(gap < 0 ? text : text.substring(0, gap));
    String[] rest = groups(gap < 0 ? "" : text.substring(gap + 2));
    int count = head.length + rest.length;
    if (gap < 0 ? count != 8 : count > 7) {
      return null;
    }
    StringBuilder canonical = new StringBuilder();
    for (int i = 0; i < 8; i++) {
      int fromEnd = i - (8 - rest.length);
      String group = i < head.length ? head[i] : fromEnd >= 0 ? rest[fromEnd] : "0";
      if (group.isEmpty() || group.length() > 4) {
        return null;
      }
      canonical.append("0".repeat(4 - group.length())).append(group);
    }
    return normal(canonical.toString());
  }

  private static String[] groups(String text) {
    return text.isEmpty() ? new String[0] : text.split(":", -1);
  }

  private static String normal(String text) {
    return text.toLowerCase(Locale.ROOT);
  }

  private String token(String kind, String name) {
    if (mac == null) {
      return name;
    }
    byte[] full = mac.doFinal((kind + "\0" + name).getBytes(StandardCharsets.UTF_8));
    return "a-" + HexFormat.of().formatHex(Arrays.copyOf(full, TOKEN_BYTES));
  }

  private static String replace(Pattern pattern, String text, Replacement replacement) {
    Matcher matcher = pattern.matcher(text);
    return matcher.find()
        ? matcher.replaceAll(m -> Matcher.quoteReplacement(replacement.of(m)))
        : text;
  }

  /** What stands in the place of a match. */
  private interface Replacement {
    String of(MatchResult match);
  }
}
