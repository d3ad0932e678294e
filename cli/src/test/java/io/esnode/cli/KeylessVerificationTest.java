package io.esnode.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.esnode.bundle.Sha256;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Certificates and log entries on the command line, with a private Sigstore. */
class KeylessVerificationTest {
  private static final String SUBJECT = "dev@example.org";
  private static final String ISSUER = "https://accounts.example.org";
  private static final String TYPE = "https://example.org/note/v1";

  @TempDir
  Path dir;

  private record Answer(int exit, String out, String err) {}

  @BeforeEach
  void bundles() throws ReflectiveOperationException {
    Class.forName("io.esnode.keyless.MadeBundles")
        .getMethod("write", Path.class)
        .invoke(null, dir);
  }

  @Test
  void certificateOfATrustedIdentityIsATrustedSigner() {
    Answer answer = verify(
        "--trusted-root", path("trusted_root.json"),
        "--certificate-identity", SUBJECT,
        "--certificate-oidc-issuer", ISSUER);

    assertThat(answer.out()).startsWith("TRUSTED SIGNER").contains("log entry: in log2026");
    assertThat(answer.exit()).isZero();
  }

  @Test
  void patternMatchesFromEndToEnd() {
    assertThat(verifyAs("--certificate-identity-regexp", ".*@example[.]org", ISSUER)
            .exit())
        .isZero();
    assertThat(verifyAs("--certificate-identity-regexp", "example", ISSUER).exit())
        .isEqualTo(4);
  }

  @Test
  void anotherIdentityOrIssuerIsUnknown() {
    for (Answer answer : new Answer[] {
      verifyAs("--certificate-identity", "eve@example.org", ISSUER),
      verifyAs("--certificate-identity", SUBJECT, "https://other.example.org")
    }) {
      assertThat(answer.out()).contains("FAIL  ESV-KEY-004");
      assertThat(answer.exit()).isEqualTo(4);
    }
  }

  @Test
  void changedFileIsRefused() throws Exception {
    Files.writeString(dir.resolve("note"), "something else\n");

    Answer answer = verifyAs("--certificate-identity", SUBJECT, ISSUER);

    assertThat(answer.out()).startsWith("REFUSED").contains("FAIL  ESV-SIG-002");
    assertThat(answer.exit()).isEqualTo(2);
  }

  @Test
  void certificateWithoutATrustedRootIsNotAccepted() {
    Answer answer = verify("--certificate-identity", SUBJECT, "--certificate-oidc-issuer", ISSUER);

    assertThat(answer.out()).contains("FAIL  ESV-KEY-006");
    assertThat(answer.exit()).isEqualTo(4);
  }

  @Test
  void anotherSitesRootDoesNotCount() {
    Answer answer = verify("--trusted-root", path("other_root.json"));

    assertThat(answer.exit()).isEqualTo(2);
  }

  @Test
  void unusableRootAndHalfAnIdentityAreRefused() throws Exception {
    Files.writeString(dir.resolve("bad.json"), "{\"tlogs\":[{}]}");

    assertThat(verify("--trusted-root", path("bad.json")).out())
        .contains("FAIL  ESV-KEY-006  " + path("bad.json") + ": trusted root: ");
    assertThat(verify("--trusted-root", path("missing.json")).exit()).isEqualTo(5);
    assertThat(verify("--certificate-identity", SUBJECT).exit()).isEqualTo(64);
    assertThat(verifyAs("--certificate-identity-regexp", "(", ISSUER).exit()).isEqualTo(64);
  }

  @Test
  void nothingOfSigstoreIsLoadedForAKey() throws Exception {
    Files.copy(dir.resolve("note"), dir.resolve("other"));
    Files.copy(dir.resolve("unlogged.json"), dir.resolve("other.sigstore.json"));
    Path log = dir.resolve("loaded");

    Process process = new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xlog:class+load:file=" + log,
            "-cp",
            System.getProperty("java.class.path"),
            "io.esnode.cli.Main",
            "verify",
            "--key",
            path("key.pub"),
            "--trusted-root",
            path("trusted_root.json"),
            "--predicate-type",
            "none",
            path("other"))
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start();

    assertThat(process.waitFor()).isZero();
    assertThat(Files.readString(log))
        .contains("io.esnode.signer.SidecarVerifier")
        .doesNotContain(
            " io.esnode.keyless.", " dev.sigstore.", " com.google.", " org.bouncycastle.");
  }

  @Test
  void conformanceSuiteIsAnsweredByPathAndByDigest() throws Exception {
    String digest = "sha256:"
        + HexFormat.of().formatHex(Sha256.digest().digest(Files.readAllBytes(dir.resolve("note"))));
    for (String bundle : new String[] {"note.sigstore.json", "plain.json"}) {
      for (String artefact : new String[] {path("note"), digest}) {
        assertThat(conform(bundle, SUBJECT, artefact)).isEqualTo(new Answer(0, "", ""));
      }
    }

    String wrong = "sha256:" + "0".repeat(64);
    for (String bundle : new String[] {"note.sigstore.json", "plain.json"}) {
      assertThat(conform(bundle, SUBJECT, wrong).err()).startsWith("esnode: ESV-SIG-002 ");
      assertThat(conform(bundle, "eve@example.org", digest).err())
          .startsWith("esnode: ESV-KEY-004 ");
    }
    assertThat(conform("trusted_root.json", SUBJECT, digest).err())
        .startsWith("esnode: ESV-FMT-001 ");
  }

  @Test
  void conformanceSuiteMayGiveAKey() {
    assertThat(conformKeyed("trusted_root.json")).isEqualTo(new Answer(0, "", ""));
    assertThat(conformKeyed("other_root.json").err()).startsWith("esnode: ESV-SIG-007 ");
  }

  @Test
  void stagingIsRefused() {
    assertThat(run(
                "conformance",
                "verify-bundle",
                "--staging",
                "--bundle",
                path("plain.json"),
                "--certificate-identity",
                SUBJECT,
                "--certificate-oidc-issuer",
                ISSUER,
                path("note"))
            .exit())
        .isNotZero();
  }

  @Test
  void packagedRootIsThePublicInstances() {
    assertThat(run(
                "conformance",
                "verify-bundle",
                "--bundle",
                path("plain.json"),
                "--certificate-identity",
                SUBJECT,
                "--certificate-oidc-issuer",
                ISSUER,
                path("note"))
            .err())
        .startsWith("esnode: ESV-SIG-007 ")
        .hasLineCount(1);
  }

  private Answer conform(String bundle, String subject, String artefact) {
    return run(
        "conformance",
        "verify-bundle",
        "--bundle",
        path(bundle),
        "--certificate-identity",
        subject,
        "--certificate-oidc-issuer",
        ISSUER,
        "--trusted-root",
        path("trusted_root.json"),
        artefact);
  }

  private Answer conformKeyed(String root) {
    return run(
        "conformance",
        "verify-bundle",
        "--bundle",
        path("keyed.json"),
        "--key",
        path("key.pub"),
        "--trusted-root",
        path(root),
        path("note"));
  }

  private Answer verifyAs(String option, String subject, String issuer) {
    return verify(
        "--trusted-root",
        path("trusted_root.json"),
        option,
        subject,
        "--certificate-oidc-issuer",
        issuer);
  }

  private Answer verify(String... options) {
    String[] arguments = new String[options.length + 4];
    arguments[0] = "verify";
    arguments[1] = path("note");
    arguments[2] = "--predicate-type";
    arguments[3] = TYPE;
    System.arraycopy(options, 0, arguments, 4, options.length);
    return run(arguments);
  }

  private static Answer run(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exit = Main.run(new PrintWriter(out), new PrintWriter(err), arguments);
    return new Answer(exit, out.toString(), err.toString());
  }

  private String path(String name) {
    return dir.resolve(name).toString();
  }
}
