package io.esnode.source;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a control group is, told by its path: the forms of kubelet (both drivers), containerd, CRI-O, Docker, Podman, systemd
 * and Slurm. Names below a user's own service manager are that user's words: no pod and no job is taken from there.
 *
 * @param kind of the last part of the path
 * @param podUid with {@code -}, lower case, as Kubernetes writes it; a static pod has 32 hex digits
 * @param containerId 64 hex digits
 * @param unit the innermost systemd service or scope that is no container
 * @param job number of the Slurm job
 * @param step of the job: a number, {@code batch}, {@code extern} or {@code interactive}
 */
public record CgroupPath(
    String path,
    Kind kind,
    @Nullable String podUid,
    @Nullable String containerId,
    @Nullable String unit,
    @Nullable String job,
    @Nullable String step) {
  /** In the order in which they are kept where there are too many. */
  public enum Kind {
    CONTAINER,
    POD,
    JOB,
    STEP,
    UNIT,
    SLICE,
    /** Anything else; it may be inside one of the others. */
    OTHER
  }

  private static final String UUID =
      "\\p{XDigit}{8}[-_]\\p{XDigit}{4}[-_]\\p{XDigit}{4}[-_]\\p{XDigit}{4}[-_]\\p{XDigit}{12}";

  /** {@code kubepods-burstable-pod1a2b….slice} of the systemd driver, {@code pod1a2b…} of cgroupfs. */
  private static final Pattern POD =
      Pattern.compile("(?:(?:[a-z]+-)?kubepods-(?:besteffort-|burstable-|guaranteed-)?)?pod(" + UUID
          + "|\\p{XDigit}{32})(?:\\.slice)?");

  /** {@code cri-containerd-ID.scope}, {@code docker-ID.scope}, {@code libpod-ID}, a bare {@code ID}. */
  private static final Pattern CONTAINER = Pattern.compile(
      "(?:(?:cri-containerd|crio|docker|libpod|containerd|nerdctl)-)?([0-9a-f]{64})(?:\\.scope)?");

  /** What containerd makes of a systemd path while its driver is cgroupfs: {@code SLICE:cri-containerd:ID}. */
  private static final Pattern JOINED =
      Pattern.compile("([^:]+):(?:cri-containerd|crio|docker):([0-9a-f]{64})");

  private static final Pattern SLURM =
      Pattern.compile("(?s)slurm(?:_.+)?|(?:.+_)?slurmstepd\\.scope");
  private static final Pattern JOB = Pattern.compile("job_([0-9]{1,19})");
  private static final Pattern STEP =
      Pattern.compile("step_([0-9]{1,19}|batch|extern|interactive)");
  private static final Pattern UNIT = Pattern.compile("(?s).+\\.(?:service|scope)");
  private static final Pattern USER_MANAGER = Pattern.compile("(?s)user@.+\\.service");

  /** Longer names of directories do not exist (NAME_MAX); what is longer is not looked at. */
  private static final int LONGEST_PART = 255;

  private static final int DEEPEST_SLURM = 1;

  /** Reads a path such as {@code /system.slice/ssh.service}. */
  public static CgroupPath of(String path) {
    Reading reading = new Reading();
    for (String part : path.split("/", -1)) {
      if (!part.isEmpty()) {
        reading.part(part);
      }
    }
    return reading.result(path);
  }

  /** Whether it is a user's service manager: what is below belongs to the user, and is not followed. */
  boolean isUserManager() {
    return USER_MANAGER.matcher(path.substring(path.lastIndexOf('/') + 1)).matches();
  }

  private static final class Reading {
    private Kind kind = Kind.OTHER;
    private @Nullable String podUid;
    private @Nullable String containerId;
    private @Nullable String unit;
    private @Nullable String job;
    private @Nullable String step;
    private boolean slurm;
    private boolean usersOwn;
    private int depth;

    private void part(String part) {
      kind = part.length() > LONGEST_PART ? Kind.OTHER : read(part);
      depth++;
    }

    private Kind read(String part) {
      Matcher joined = JOINED.matcher(part);
      if (joined.matches() && !usersOwn) {
        pod(joined.group(1));
        containerId = joined.group(2);
        return Kind.CONTAINER;
      }
      if (pod(part)) {
        return Kind.POD;
      }
      Matcher container = CONTAINER.matcher(part);
      if (container.matches()) {
        containerId = container.group(1);
        return Kind.CONTAINER;
      }
      if (slurm) {
        Matcher number = JOB.matcher(part);
        if (job == null && number.matches()) {
          job = number.group(1);
          return Kind.JOB;
        }
        Matcher name = STEP.matcher(part);
        if (job != null && step == null && name.matches()) {
          step = name.group(1);
          return Kind.STEP;
        }
      }
      return unit(part);
    }

    private boolean pod(String part) {
      Matcher pod = POD.matcher(part);
      if (usersOwn || !pod.matches()) {
        return false;
      }
      podUid = lower(pod.group(1).replace('_', '-'));
      containerId = null;
      return true;
    }

    private Kind unit(String part) {
      slurm |= depth <= DEEPEST_SLURM && SLURM.matcher(part).matches();
      usersOwn |= USER_MANAGER.matcher(part).matches();
      if (UNIT.matcher(part).matches()) {
        unit = containerId == null ? part : unit;
        return containerId == null ? Kind.UNIT : Kind.OTHER;
      }
      boolean slice = part.endsWith(".slice") || part.equals("kubepods");
      return slice && containerId == null ? Kind.SLICE : Kind.OTHER;
    }

    private static String lower(String hex) {
      return hex.toLowerCase(Locale.ROOT);
    }

    private CgroupPath result(String path) {
      return new CgroupPath(path, kind, podUid, containerId, unit, job, step);
    }
  }
}
