package io.esnode.stamp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.esnode.signer.Judgement;
import io.esnode.signer.TrustedAuthority;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A second opinion on time stamps, both ways; skipped where the openssl command is absent. */
class OpensslStampTest {
  private static final byte[] SIGNATURE = "a signature".getBytes(StandardCharsets.US_ASCII);
  private static final String CONFIGURATION = """
      [req]
      distinguished_name = dn
      [dn]
      [tsa]
      extendedKeyUsage = critical,timeStamping
      keyUsage = critical,digitalSignature
      [ca]
      basicConstraints = critical,CA:true
      keyUsage = critical,keyCertSign
      [authority]
      serial = serial
      signer_cert = tsa.pem
      certs = root.pem
      signer_key = tsa.key
      signer_digest = sha256
      default_policy = 1.3.6.1.4.1.57264.2
      digests = sha256
      accuracy = secs:1
      ess_cert_id_chain = no
      ess_cert_id_alg = %s
      """;

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
  void opensslAcceptsWhatWeAccept() throws Exception {
    TestAuthority lab = new TestAuthority("lab");
    Files.write(dir.resolve("stamp.tsr"), lab.stamp(SIGNATURE, TestAuthority.NOW));
    Files.write(dir.resolve("sig"), SIGNATURE);
    Files.writeString(dir.resolve("root.pem"), AuthorityFileTest.pem(lab.root));

    assertThat(openssl("ts -verify -in stamp.tsr -data sig -CAfile root.pem -attime "
            + TestAuthority.NOW.getEpochSecond()))
        .contains("Verification: OK");
  }

  @ParameterizedTest
  @CsvSource({"rsa:2048, sha256", "rsa:2048, sha1", "ec, sha256"})
  @SuppressWarnings("NullAway") // javac 17 drops the @Nullable of the record's components
  void stampMadeByOpensslIsAccepted(String kind, String essDigest) throws Exception {
    Files.writeString(dir.resolve("cnf"), CONFIGURATION.replace("%s", essDigest));
    Files.writeString(dir.resolve("serial"), "01\n");
    String key = kind.equals("ec") ? "ec -pkeyopt ec_paramgen_curve:P-256" : kind;
    openssl(
        "req -x509 -config cnf -extensions ca -nodes -newkey %s -keyout root.key -out root.pem -subj /CN=root -days 30"
            .formatted(key));
    openssl("req -config cnf -nodes -newkey %s -keyout tsa.key -out tsa.csr -subj /CN=tsa"
        .formatted(key));
    openssl(
        "x509 -req -in tsa.csr -CA root.pem -CAkey root.key -CAcreateserial -extfile cnf -extensions tsa -days 30 -out tsa.pem");
    StampQuery query = new StampQuery(SIGNATURE, BigInteger.valueOf(4711));
    Files.write(dir.resolve("stamp.tsq"), query.toBytes());

    openssl("ts -reply -config cnf -section authority -queryfile stamp.tsq -out stamp.tsr");

    byte[] answer = Files.readAllBytes(dir.resolve("stamp.tsr"));
    query.checkAnsweredBy(answer);
    TrustedAuthority trusted = new TrustedAuthority(
        "openssl", AuthorityFile.load(dir.resolve("root.pem")), true, null, null, null);
    Judgement judged = new TsaVerifier(List.of(trusted), Instant.now()).verify(SIGNATURE, answer);
    assertThat(judged.checks()).hasSize(1).allMatch(check -> check.passed());
    assertThat(judged.time()).isNotNull();
  }

  private String openssl(String arguments) throws Exception {
    Path out = Files.createTempFile(dir, "out", ".txt");
    Process process = new ProcessBuilder(("openssl " + arguments).split(" ", -1))
        .directory(dir.toFile())
        .redirectErrorStream(true)
        .redirectOutput(out.toFile())
        .start();
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    String said = Files.readString(out, StandardCharsets.UTF_8);
    assertThat(process.exitValue()).as(said).isZero();
    return said;
  }
}
