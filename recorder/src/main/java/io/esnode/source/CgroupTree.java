package io.esnode.source;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The control groups of one hierarchy that are units, pods, containers or jobs. A directory is listed again when the number of its
 * subdirectories, which its link count tells, is another, or when one of them is gone. Not thread-safe.
 */
final class CgroupTree {
  static final int GROUPS = 256;
  static final int DIRECTORIES = 4096;

  private static final String BEYOND =
      "more than %d control groups: the others have no row".formatted(GROUPS);

  private static final int DEEPEST = 16;

  /** A file system that counts no links of directories says 1. */
  private static final int LEAST_LINKS = 2;

  /** Controllers begin their files' names so; systemd puts a {@code _} before a unit's name that begins so. */
  private static final Set<String> CONTROLLERS = Set.of(
      "cgroup",
      "cpu",
      "cpuacct",
      "cpuset",
      "memory",
      "io",
      "pids",
      "blkio",
      "hugetlb",
      "rdma",
      "misc",
      "dmem",
      "perf_event",
      "net_cls",
      "net_prio",
      "devices",
      "freezer",
      "debug",
      "irq");

  private static final class Node {
    private final Path directory;
    private final CgroupPath group;
    private final int depth;
    private final Map<String, Node> children = new LinkedHashMap<>();
    private long links;

    Node(Path directory, String path, int depth) {
      this.directory = directory;
      this.group = CgroupPath.of(path);
      this.depth = depth;
    }
  }

  private final Node root;
  private List<CgroupPath> groups = List.of();
  private int directories;
  private boolean changed;
  private @Nullable String problem;
  private @Nullable String surplus;
  private boolean tooMany;

  /** @param mount where the hierarchy's root is, e.g. {@code /sys/fs/cgroup} */
  CgroupTree(Path mount) {
    this.root = new Node(mount, "", 0);
  }

  /** Looks which there are now; whether they are others than before. */
  boolean refresh() {
    changed = false;
    problem = null;
    surplus = null;
    directories = 1;
    if (!walk(root)) {
      problem = root.directory + ": cannot be listed";
    }
    if (changed) {
      List<CgroupPath> found = new ArrayList<>();
      collect(root, found);
      groups = strongest(found);
      tooMany = found.size() > GROUPS;
    }
    return changed;
  }

  /** In the order of their paths; the same list until {@link #refresh} says that it is another. */
  List<CgroupPath> groups() {
    return groups;
  }

  /** Why it cannot be told which there are, or why not all of them are told. */
  @Nullable
  String problem() {
    if (problem != null) {
      return problem;
    }
    return surplus == null && tooMany ? BEYOND : surplus;
  }

  /** False if the directory is gone. */
  private boolean walk(Node node) {
    long links = links(node.directory);
    if (links < 0) {
      return false;
    }
    if ((links != node.links || links < LEAST_LINKS) && !list(node)) {
      return false;
    }
    node.links = links;
    if (!walkChildren(node)) {
      // One went; another may have come.
      if (!list(node)) {
        return false;
      }
      walkChildren(node);
    }
    return true;
  }

  private boolean walkChildren(Node node) {
    boolean complete = true;
    List<String> gone = new ArrayList<>();
    for (Map.Entry<String, Node> child : node.children.entrySet()) {
      if (directories == DIRECTORIES) {
        surplus =
            "more than %d control groups: the others are not looked at".formatted(DIRECTORIES);
        break;
      }
      directories++;
      if (!walk(child.getValue())) {
        gone.add(child.getKey());
        complete = false;
      }
    }
    for (String name : gone) {
      node.children.remove(name);
      changed = true;
    }
    return complete;
  }

  private boolean list(Node node) {
    String[] names = node.directory.toFile().list();
    if (names == null) {
      return false;
    }
    Set<String> there = new HashSet<>();
    for (String name : names) {
      if (!isControl(name)) {
        there.add(name);
      }
    }
    changed |= node.children.keySet().retainAll(there);
    if (node.depth < DEEPEST && !node.group.isUserManager()) {
      there.stream().sorted().forEach(name -> add(node, name));
    }
    return true;
  }

  private static boolean isControl(String name) {
    int dot = name.indexOf('.');
    return dot > 0 && CONTROLLERS.contains(name.substring(0, dot));
  }

  private void add(Node node, String name) {
    if (node.children.containsKey(name)) {
      return;
    }
    try {
      Path directory = node.directory.resolve(name);
      if (Files.isDirectory(directory)) {
        node.children.put(
            name, new Node(directory, node.group.path() + "/" + name, node.depth + 1));
        changed = true;
      }
    } catch (InvalidPathException e) {
      surplus = "a control group's name is no file name here";
    }
  }

  private static long links(Path directory) {
    try {
      return ((Number) Files.getAttribute(directory, "unix:nlink")).longValue();
    } catch (IOException e) {
      return -1;
    }
  }

  private static void collect(Node node, List<CgroupPath> found) {
    if (node.group.kind() != CgroupPath.Kind.OTHER) {
      found.add(node.group);
    }
    node.children.values().forEach(child -> collect(child, found));
  }

  private static List<CgroupPath> strongest(List<CgroupPath> found) {
    return found.stream()
        .sorted(Comparator.comparing(CgroupPath::kind).thenComparing(CgroupPath::path))
        .limit(GROUPS)
        .sorted(Comparator.comparing(CgroupPath::path))
        .toList();
  }
}
