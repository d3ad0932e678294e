package io.esnode.inventory;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.esnode.bundle.Sha256;
import io.esnode.source.Clock;
import io.esnode.spool.TextRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InventoryWatchTest {
  @TempDir
  private Path root;

  private final List<TextRow> rows = new ArrayList<>();

  private void write(String path, String text) throws IOException {
    Path file = root.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private InventoryWatch watch(Path... files) {
    List<WatchedFile> watched = new ArrayList<>();
    for (Path file : files) {
      watched.add(new WatchedFile(file, "/etc/" + file.getFileName()));
    }
    return new InventoryWatch(root, Clock.system(), watched, null, (row, mono) -> rows.add(row));
  }

  /** Item and value of the rows since the last call; a value that is gone is null. */
  private Map<String, String> taken() {
    Map<String, String> taken = new TreeMap<>();
    rows.forEach(row -> taken.put(row.texts().get("item"), row.texts().get("value")));
    rows.clear();
    return taken;
  }

  @Test
  void modulesTaintAndGuardsAreFacts() throws IOException {
    write("proc/sys/kernel/tainted", "12289\n");
    write(
        "proc/modules",
        "nvidia 97316864 4 nvidia_uvm,nvidia_modeset, Live 0x0000000000000000 (POE)\nloop 45056 0 - Live 0x0000000000000000\n");
    write("sys/module/nvidia/version", "580.65.06\n");
    write("sys/module/nvidia/srcversion", "ABCDEF0123456789\n");
    write("sys/module/nvidia/taint", "POE\n");
    write("sys/kernel/security/lsm", "lockdown,capability,landlock,yama,apparmor,bpf");
    write("sys/kernel/security/lockdown", "none [integrity] confidentiality\n");
    write("proc/self/status", "Name:\tjava\nCapEff:\t000001ffffffffff\nSeccomp:\t0\n");
    write("sys/block/dm-0/dm/uuid", "CRYPT-LUKS2-6f1c-root_crypt\n");
    write("sys/block/dm-1/dm/uuid", "LVM-abc\n");

    watch().look();

    assertThat(taken())
        .containsExactlyInAnyOrderEntriesOf(Map.of(
            "kernel.tainted", "12289 POE",
            "kernel.module.nvidia",
                "loaded, version 580.65.06, srcversion ABCDEF0123456789, taint POE",
            "kernel.module.loop", "loaded",
            "driver.nvidia.version", "580.65.06",
            "security.lsm", "lockdown,capability,landlock,yama,apparmor,bpf",
            "security.lockdown", "integrity",
            "recorder.capabilities", "000001ffffffffff",
            "recorder.seccomp", "0",
            "disk.dm-0.encryption", "CRYPT-LUKS2",
            "listen.count", "0"));
  }

  @Test
  void onlyWhatChangedIsWrittenAgainAndWhatIsGoneHasNoValue() throws IOException {
    write("proc/modules", "nvidia 1 0 - Live 0x0\nloop 1 0 - Live 0x0\n");
    InventoryWatch watch = watch();
    watch.look();
    taken();

    watch.look();
    assertThat(rows).isEmpty();

    write("proc/modules", "nvidia 1 0 - Live 0x0\n");
    write("sys/module/nvidia/version", "570.1\n");
    watch.look();

    Map<String, String> changed = taken();
    assertThat(changed)
        .containsOnlyKeys("kernel.module.loop", "kernel.module.nvidia", "driver.nvidia.version");
    assertThat(changed.get("kernel.module.loop")).isNull();
  }

  @Test
  void fileThatIsNoLongerDeclaredIsNotSaidToBeGone() throws IOException {
    write("etc/a", "a");
    write("etc/b", "b");
    Path a = root.resolve("etc/a");
    Path b = root.resolve("etc/b");
    InventoryWatch watch = watch(a);
    watch.look();
    assertThat(taken()).containsKey("file./etc/a");

    watch.declare(List.of(b), Object::toString);
    watch.look();
    assertThat(taken()).containsOnlyKeys("file." + b);

    Files.delete(b);
    watch.look();
    assertThat(taken()).containsExactlyInAnyOrderEntriesOf(Map.of("file." + b, "not there"));
  }

  @Test
  void portsAreNamedWithTheirReachAndWithoutAddresses() throws IOException {
    String head =
        "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";
    write(
        "proc/net/tcp",
        head
            + "   0: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1 0\n"
            + "   1: 0100007F:1538 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 2 1 0\n"
            + "   2: 0A00020F:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 3 1 0\n"
            + "   3: 0A00020F:0016 0A000202:D431 01 00000000:00000000 00:00000000 00000000     0        0 4 1 0\n");
    write(
        "proc/net/tcp6",
        head
            + "   0: 00000000000000000000000001000000:1538 00000000000000000000000000000000:0000 0A 0:0 0:0 0 0 0 5 1 0\n"
            + "   1: 0000000000000000FFFF00000100007F:0035 00000000000000000000000000000000:0000 0A 0:0 0:0 0 0 0 5 1 0\n");
    write("proc/net/udp", head + "   0: 00000000:0044 00000000:0000 07 0:0 0:0 0 0 0 6 2 0\n");

    watch().look();

    assertThat(taken())
        .containsExactlyInAnyOrderEntriesOf(Map.of(
            "listen.count", "5",
            "listen.tcp.22", "every address",
            "listen.tcp.5432", "this host",
            "listen.tcp.80", "one address",
            "listen.tcp.53", "this host",
            "listen.udp.68", "every address"));
  }

  @Test
  void declaredFileIsItsDigestAndMetadata() throws IOException {
    Path file = Files.writeString(root.resolve("a.conf"), "PermitRootLogin no\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
    InventoryWatch watch = watch(file, root.resolve("absent"), root);
    watch.look();

    Map<String, String> taken = taken();
    assertThat(taken.get("file./etc/a.conf"))
        .startsWith("sha256 " + Sha256.hex("PermitRootLogin no\n"))
        .contains(", 19 bytes, mode 640, owner ");
    assertThat(taken).containsEntry("file./etc/absent", "not there");
    assertThat(taken).containsEntry("file./etc/" + root.getFileName(), "not a regular file");

    Files.writeString(file, "PermitRootLogin yes\n");
    watch.look();
    assertThat(taken()).containsOnlyKeys("file./etc/a.conf");
  }

  @Test
  void certificateIsItsDigestAndTermAndNotItsName() throws Exception {
    Path store = root.resolve("store.p12");
    keytool(
        "-genkeypair -alias a -keyalg EC -dname CN=secret-host -validity 31 -storepass changeit -keystore",
        store.toString(),
        "-startdate",
        "2020/01/01 00:00:00");
    Path pem = root.resolve("node.pem");
    keytool(
        "-exportcert -rfc -alias a -storepass changeit -keystore",
        store.toString(),
        "-file",
        pem.toString());

    Facts facts = new Facts();
    WatchedFile.certificates(Files.readAllBytes(pem), "/etc/node.pem", facts);

    assertThat(facts.values()).containsOnlyKeys("certificate./etc/node.pem.0");
    assertThat(facts.values().get("certificate./etc/node.pem.0"))
        .startsWith("sha256 ")
        .contains(", valid 2020-01-01T00:00:00Z to 2020-02-01T00:00:00Z, key EC")
        .doesNotContain("secret-host");
  }

  private static void keytool(String words, String... more) throws Exception {
    List<String> command = new ArrayList<>(
        List.of(Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
    command.add("-J-Duser.timezone=UTC");
    command.addAll(List.of(words.split(" ")));
    command.addAll(List.of(more));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
  }

  @Test
  void garbageIsNoCertificateAndNoFailure() {
    Facts facts = new Facts();
    WatchedFile.certificates("-----BEGIN CERTIFICATE-----\n!!!\n".getBytes(UTF_8), "x", facts);

    assertThat(facts.values()).containsEntry("certificate.x", "not a certificate that can be read");
  }

  @Test
  void thisMachineHasFacts() {
    new InventoryWatch(Path.of("/"), Clock.system(), List.of(), null, (row, mono) -> rows.add(row))
        .look();

    assertThat(taken()).containsKeys("kernel.tainted", "recorder.capabilities", "listen.count");
  }
}
