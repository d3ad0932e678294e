package io.esnode.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.esnode.bundle.BundleFile;
import io.esnode.signature.ExitCode;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Records with keys that have to be opened: encrypted ones, and one in a SoftHSM2 token where that is installed. */
class LockedKeyTest {
  private static final String SECRET = "correct horse";

  @TempDir
  Path dir;

  private Esnode esnode;

  @BeforeEach
  void linux() throws IOException {
    assumeThat(Path.of("/proc/self/stat")).as("the kernel's /proc").exists();
    esnode = new Esnode(dir);
    Files.createDirectory(esnode.home());
    Files.writeString(dir.resolve("pass"), SECRET + "\n");
  }

  @Test
  void encryptedKeySignsEveryBundleAndItsPassphraseGoesToNoOtherProcess() throws Exception {
    Map<String, String> environment = Map.of("SECRET_OF_KEY", SECRET);
    esnode.run("key", "generate", "--out", "k", "--passphrase-file", "pass");

    Esnode.Answer recorded = esnode.run(
        environment,
        "record",
        "--no-gpu",
        "--interval",
        "50ms",
        "--key",
        "k.key",
        "--passphrase-env",
        "SECRET_OF_KEY",
        "--out",
        "t.parquet",
        "--",
        "sh",
        "-c",
        "echo \"found: $SECRET_OF_KEY\"; sleep 0.2");

    assertThat(recorded.exit()).as(recorded.err()).isZero();
    assertThat(recorded.out()).isEqualTo("found: \n");
    assertThat(esnode.run("verify", "--key", "k.pub", "t.parquet").out())
        .startsWith("TRUSTED SIGNER: t.parquet")
        .contains("SEALS of recording");
    try (FileChannel file = FileChannel.open(dir.resolve("t.parquet"))) {
      assertThat(BundleFile.read("t.parquet", file).manifest().config())
          .containsEntry("key.kept", "encrypted file")
          .containsEntry("key.passphrase", "environment");
    }
  }

  @Test
  void wrongPassphraseIsFoundBeforeAnythingIsRecorded() throws Exception {
    esnode.run("key", "generate", "--out", "k", "--passphrase-file", "pass");
    Files.writeString(dir.resolve("other"), "battery staple");

    Esnode.Answer answer = esnode.run(
        "record",
        "--key",
        "k.key",
        "--passphrase-file",
        "other",
        "--duration",
        "1s",
        "--out",
        "t.parquet");
    Esnode.Answer silent =
        esnode.run("record", "--key", "k.key", "--duration", "1s", "--out", "t.parquet");

    assertThat(answer.exit()).isEqualTo(ExitCode.MALFORMED);
    assertThat(answer.err()).isEqualTo("esnode: k.key: wrong passphrase, or the key was damaged\n");
    assertThat(silent.exit()).isEqualTo(ExitCode.MALFORMED);
    assertThat(silent.err()).contains("there is no terminal to ask on").hasLineCount(1);
    assertThat(dir.resolve("t.parquet.spool")).doesNotExist();
  }

  @Test
  void ed25519SignsNoRecording() throws Exception {
    esnode.run("key", "generate", "--out", "k", "--algorithm", "ed25519");

    Esnode.Answer answer =
        esnode.run("record", "--key", "k.key", "--duration", "1s", "--out", "t.parquet");

    assertThat(answer.exit()).isEqualTo(ExitCode.MALFORMED);
    assertThat(answer.err()).contains("found an Ed25519 key, expected ECDSA P-256");
    assertThat(dir.resolve("t.parquet.spool")).doesNotExist();
  }

  @Test
  void keyInATokenSigns() throws Exception {
    Path library = library();
    Map<String, String> environment = token(library);
    Files.writeString(dir.resolve("pin"), "1234\n");
    String key = "pkcs11:token=site;object=seal?module-path=%s".formatted(library);

    Esnode.Answer shown =
        esnode.run(environment, "key", "show", key + "&pin-source=file:" + dir.resolve("pin"));
    Esnode.Answer recorded = esnode.run(
        environment,
        "record",
        "--no-gpu",
        "--duration",
        "200ms",
        "--interval",
        "50ms",
        "--key",
        key,
        "--passphrase-file",
        "pin",
        "--out",
        "t.parquet");

    assertThat(shown.exit()).as(shown.err()).isZero();
    assertThat(shown.out()).startsWith("kind         private key in a token");
    assertThat(recorded.exit()).as(recorded.err()).isZero();
    String keyId = shown.out().lines().skip(2).findFirst().orElseThrow().substring(13);
    assertThat(esnode.run("verify", "t.parquet").out())
        .startsWith("INTACT BUT SIGNER UNKNOWN")
        .contains("signature: ECDSA P-256 by key " + keyId);
  }

  @Test
  void keyThatATokenHasNotIsExplained() throws Exception {
    Path library = library();
    Map<String, String> environment = token(library);
    Files.writeString(dir.resolve("pin"), "1234\n");
    String address = "pkcs11:token=%s;object=%s?module-path=%s&pin-source=%s";

    Esnode.Answer otherKey = esnode.run(
        environment, "key", "show", address.formatted("site", "nix", library, dir.resolve("pin")));
    Esnode.Answer otherToken = esnode.run(
        environment, "key", "show", address.formatted("nix", "seal", library, dir.resolve("pin")));
    Esnode.Answer otherPin = esnode.run(
        environment,
        "key",
        "show",
        address.formatted("site", "seal", library, dir.resolve("pass")));

    assertThat(otherKey.exit()).isEqualTo(ExitCode.MALFORMED);
    assertThat(otherKey.err()).contains("certificate beside it", "Keys seen: seal");
    assertThat(otherToken.err()).contains("no such token; found site");
    assertThat(otherPin.err()).contains("is wrong").doesNotContain(SECRET).hasLineCount(1);
  }

  private static Path library() {
    Optional<Path> library = Stream.of(
            "/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/pkcs11/libsofthsm2.so")
        .map(Path::of)
        .filter(Files::isReadable)
        .findFirst();
    assumeTrue(library.isPresent(), "SoftHSM2 is not installed");
    return library.orElseThrow();
  }

  /** A new token with a key and its certificate; what has to be in the environment to use it. */
  private Map<String, String> token(Path library) throws Exception {
    Files.createDirectory(dir.resolve("tokens"));
    Path config = Files.writeString(
        dir.resolve("softhsm2.conf"),
        "directories.tokendir = %s\nobjectstore.backend = file\nlog.level = ERROR\n"
            .formatted(dir.resolve("tokens")));
    Map<String, String> environment = Map.of("SOFTHSM2_CONF", config.toString());
    ran(
        environment,
        "softhsm2-util",
        "--init-token",
        "--free",
        "--label",
        "site",
        "--pin",
        "1234",
        "--so-pin",
        "12345678");
    Path provider = Files.writeString(
        dir.resolve("p11.cfg"),
        "name = SoftHSM\nlibrary = %s\nslotListIndex = 0\n".formatted(library));
    ran(
        environment,
        Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
        "-genkeypair",
        "-alias",
        "seal",
        "-keyalg",
        "EC",
        "-groupname",
        "secp256r1",
        "-dname",
        "CN=esnode seal",
        "-keystore",
        "NONE",
        "-storetype",
        "PKCS11",
        "-addprovider",
        "SunPKCS11",
        "-providerarg",
        provider.toString(),
        "-storepass",
        "1234");
    return environment;
  }

  private void ran(Map<String, String> environment, String... command) throws Exception {
    Path output = dir.resolve("tool.txt");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().putAll(environment);
    Process process;
    try {
      process = builder.start();
    } catch (IOException e) {
      assumeTrue(false, command[0] + " is not installed");
      return;
    }
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(Files.readString(output)).isZero();
  }
}
