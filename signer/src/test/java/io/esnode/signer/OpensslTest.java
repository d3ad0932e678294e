package io.esnode.signer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.esnode.signature.SidecarFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A second opinion on keys and signatures; skipped where the openssl command is absent. */
class OpensslTest {
  @TempDir
  Path dir;

  @BeforeAll
  static void needsOpenssl() throws Exception {
    boolean present;
    try {
      present = new ProcessBuilder("openssl", "version").start().waitFor() == 0;
    } catch (IOException e) {
      present = false;
    }
    assumeTrue(present, "the openssl command is not installed");
  }

  @Test
  void opensslVerifiesTheEnvelope() throws Exception {
    Sidecar sidecar = Sidecar.parse(Files.readAllBytes(SidecarFile.of(Samples.signedBundle(dir))));
    Path encoded = Files.write(
        dir.resolve("pae"),
        Dsse.preAuthenticationEncoding(Dsse.IN_TOTO, sidecar.payload().orElseThrow()));
    Path signature = Files.write(dir.resolve("sig"), sidecar.signature());
    Path key =
        Files.writeString(dir.resolve("k.pub"), Samples.KEY.verifyingKey().pem());

    String said = openssl(
        "dgst",
        "-sha256",
        "-verify",
        key.toString(),
        "-signature",
        signature.toString(),
        encoded.toString());

    assertThat(said).contains("Verified OK");
  }

  @Test
  void opensslVerifiesAnEnvelopeOfEd25519() throws Exception {
    SigningKey signer = SigningKey.generate(SigningAlgorithm.ED25519);
    byte[] message = Dsse.preAuthenticationEncoding(Dsse.IN_TOTO, new byte[] {'{', '}'});
    Path encoded = Files.write(dir.resolve("pae"), message);
    Path signature = Files.write(dir.resolve("sig"), signer.sign(message));
    Path key = Files.writeString(dir.resolve("k.pub"), signer.verifyingKey().pem());

    String said = openssl(
        "pkeyutl",
        "-verify",
        "-pubin",
        "-inkey",
        key.toString(),
        "-rawin",
        "-in",
        encoded.toString(),
        "-sigfile",
        signature.toString());

    assertThat(said).contains("Verified Successfully");
  }

  @Test
  void opensslDerivesTheSamePublicKey() throws Exception {
    SigningKey made = SigningKey.generate(dir.resolve("k.key"), dir.resolve("k.pub"));

    assertThat(openssl("pkey", "-in", dir.resolve("k.key").toString(), "-pubout"))
        .isEqualTo(made.verifyingKey().pem());
  }

  @Test
  void keyMadeByOpensslSigns() throws Exception {
    Path file = dir.resolve("o.key");
    openssl(
        "genpkey",
        "-algorithm",
        "EC",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-out",
        file.toString());

    SigningKey key = SigningKey.load(file);

    assertThat(openssl("pkey", "-in", file.toString(), "-pubout"))
        .isEqualTo(key.verifyingKey().pem());
  }

  private String openssl(String... arguments) throws Exception {
    String[] command = new String[arguments.length + 1];
    command[0] = "openssl";
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    Path out = Files.createTempFile(dir, "out", ".txt");
    Process process = new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(out.toFile())
        .start();
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    return Files.readString(out, StandardCharsets.UTF_8);
  }
}
