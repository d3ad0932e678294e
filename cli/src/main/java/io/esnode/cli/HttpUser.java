package io.esnode.cli;

import io.esnode.signature.ExitCode;
import java.io.File;
import java.io.IOException;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Who the process that speaks HTTP runs as, and the command that makes it so: setpriv(1) of util-linux, as nobody where the
 * recorder is root, without capabilities and new privileges in any case.
 */
final class HttpUser {
  private static final Pattern USER = Pattern.compile("([0-9]{1,9})(?::([0-9]{1,9}))?");
  private static final String NOBODY = "65534";
  private static final int SETGID = 6;
  private static final int SETUID = 7;
  private static final int SETPCAP = 8;

  private final String uid;
  private final String gid;
  private final @Nullable Path setpriv;
  private final boolean root;
  /** What that user cannot read, though it would have to; null where there is nothing. */
  private final @Nullable Path unreadable;

  private HttpUser(String uid, String gid) {
    this.uid = uid;
    this.gid = gid;
    this.setpriv = setpriv();
    this.root = "0".equals(own());
    this.unreadable = root ? firstUnreadable() : null;
  }

  /** Looks what can be done here for {@code UID} or {@code UID:GID}. */
  static HttpUser of(String text) {
    Matcher user = check(text);
    return new HttpUser(user.group(1), user.group(2) == null ? NOBODY : user.group(2));
  }

  /** Refuses what is no user; root is nobody's wish here. */
  static Matcher check(String text) {
    Matcher user = USER.matcher(text);
    if (!user.matches() || Integer.parseInt(user.group(1)) == 0) {
      throw new CommandException(
          ExitCode.USAGE, "--http-user %s: expected UID[:GID], numbers, not root".formatted(text));
    }
    return user;
  }

  /** The command in front of the process's own. */
  List<String> prefix() {
    Path tool = setpriv;
    if (tool == null) {
      return List.of();
    }
    List<String> command = new ArrayList<>(
        List.of(tool.toString(), "--no-new-privs", "--inh-caps=-all", "--ambient-caps=-all"));
    if (root && may(SETPCAP)) {
      command.add("--bounding-set=-all");
    }
    if (becomesAnother()) {
      command.addAll(List.of("--clear-groups", "--reuid=" + uid, "--regid=" + gid));
    }
    return command;
  }

  /** As the manifest has it. */
  String words() {
    if (!root) {
      return "user %s, the recorder's own%s"
          .formatted(own(), setpriv == null ? "" : ", no capabilities");
    }
    if (setpriv == null) {
      return "root: no setpriv(1) of util-linux here to run it as user " + uid;
    }
    if (becomesAnother()) {
      return "user %s, group %s, no capabilities".formatted(uid, gid);
    }
    return unreadable == null
        ? "root: this container may not change users"
        : "root without capabilities: user %s cannot read what Java needs".formatted(uid);
  }

  private boolean becomesAnother() {
    return root && unreadable == null && may(SETUID) && may(SETGID);
  }

  /** Whether this process has a capability, by its number in linux/capability.h. */
  private static boolean may(int capability) {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
        if (line.startsWith("CapEff:")) {
          return (Long.parseUnsignedLong(line.substring(7).strip(), 16) >> capability & 1) != 0;
        }
      }
    } catch (IOException | NumberFormatException e) {
      // Another /proc than Linux has: nothing is known to be allowed.
      return false;
    }
    return false;
  }

  private static String own() {
    try {
      return String.valueOf(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
    } catch (IOException | UnsupportedOperationException e) {
      return "unknown";
    }
  }

  private static @Nullable Path setpriv() {
    return Stream.of("/usr/bin/setpriv", "/bin/setpriv")
        .map(Path::of)
        .filter(HttpUser::isUtilLinux)
        .findFirst()
        .orElse(null);
  }

  /** BusyBox has one that cannot do this. */
  private static boolean isUtilLinux(Path tool) {
    try {
      return Files.isExecutable(tool) && !tool.toRealPath().toString().contains("busybox");
    } catch (IOException e) {
      return false;
    }
  }

  private static @Nullable Path firstUnreadable() {
    List<Path> needed =
        new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "lib", "modules")));
    for (String entry : ChildJvm.remoteClassPath().split(File.pathSeparator, -1)) {
      needed.add(Path.of(entry));
      needed.addAll(named(Path.of(entry)));
    }
    for (Path path : needed) {
      if (!isOpenToAll(path)) {
        return path;
      }
    }
    return null;
  }

  /** What the manifest of a jar adds to the class path. */
  private static List<Path> named(Path jar) {
    if (!Files.isRegularFile(jar)) {
      return List.of();
    }
    try (JarFile file = new JarFile(jar.toFile())) {
      Manifest manifest = file.getManifest();
      String names = manifest == null
          ? null
          : manifest.getMainAttributes().getValue(Attributes.Name.CLASS_PATH);
      return names == null
          ? List.of()
          : Stream.of(names.strip().split(" +"))
              .map(name -> Path.of(jar.toUri().resolve(name)))
              .filter(Files::exists)
              .toList();
    } catch (IOException | IllegalArgumentException | FileSystemNotFoundException e) {
      // A jar that is none: Java will say so.
      return List.of();
    }
  }

  private static boolean isOpenToAll(Path path) {
    try {
      Path real = path.toRealPath();
      if (!permissions(real).contains(PosixFilePermission.OTHERS_READ)) {
        return false;
      }
      for (Path above = real.getParent(); above != null; above = above.getParent()) {
        if (!permissions(above).contains(PosixFilePermission.OTHERS_EXECUTE)) {
          return false;
        }
      }
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static Set<PosixFilePermission> permissions(Path path) throws IOException {
    return Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS);
  }

  /** Of the environment only what programs are found by. */
  static void clean(Map<String, String> environment) {
    environment.keySet().removeIf(name -> !name.equals("PATH"));
  }
}
