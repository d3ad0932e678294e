package io.esnode.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.esnode.bundle.Sha256;
import io.esnode.json.Json;
import io.esnode.json.JsonReader;
import io.esnode.signature.ExitCode;
import io.esnode.signature.PredicateType;
import io.esnode.signature.SidecarFile;
import io.esnode.signer.Sidecar;
import io.esnode.signer.SidecarSigner;
import io.esnode.signer.SigningKey;
import io.esnode.stamp.StampQuery;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code stamp}, and what {@code verify} says then. */
class StampCommandTest {
  @TempDir
  Path dir;

  private TestTsa tsa;
  private Path certificates;
  private Path report;
  private Path pub;
  private Path trust;

  /** What a command line gave. */
  private record Answer(int exit, String out, String err) {}

  @BeforeEach
  void signReport() throws Exception {
    certificates = dir.resolve("tsa.pem");
    tsa = new TestTsa(certificates);
    pub = dir.resolve("k.pub");
    trust = Files.createDirectory(dir.resolve("trust"));
    report = signed("report.html", SigningKey.generate(dir.resolve("k.key"), pub));
  }

  @AfterEach
  void stopAuthority() {
    tsa.close();
  }

  private Path signed(String name, SigningKey key) throws IOException {
    Path file = Files.writeString(dir.resolve(name), "<!DOCTYPE html><p>85 °C");
    SidecarFile.write(file, sidecarBy(key, file));
    return file;
  }

  private static byte[] sidecarBy(SigningKey key, Path file) throws IOException {
    return new SidecarSigner(key)
        .sign(
            "report.html",
            Sha256.hex(Files.readAllBytes(file)),
            PredicateType.REPORT,
            Json.object().build());
  }

  private static Answer esnode(Object... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    String[] line = new String[args.length];
    for (int i = 0; i < args.length; i++) {
      line[i] = args[i].toString();
    }
    int exit = Main.run(new PrintWriter(out), new PrintWriter(err), line);
    return new Answer(exit, out.toString(), err.toString());
  }

  private Answer stamp(String path, Path... files) {
    Object[] line = new Object[files.length + 5];
    line[0] = "stamp";
    line[1] = "--url";
    line[2] = tsa.address(path);
    line[3] = "--tsa";
    line[4] = certificates;
    System.arraycopy(files, 0, line, 5, files.length);
    return esnode(line);
  }

  private static Sidecar sidecar(Path file) throws IOException {
    return Sidecar.parse(Files.readAllBytes(SidecarFile.of(file)));
  }

  @Test
  void stampIsKeptAndVerifiedOffline() throws IOException {
    Sidecar before = sidecar(report);

    Answer answer = stamp("/", report);
    tsa.close();

    assertThat(answer.exit()).as(answer.err()).isEqualTo(ExitCode.OK);
    assertThat(answer.out())
        .startsWith("stamped  " + report + "  20")
        .endsWith(" by tsa.pem (external-TSA)\n");
    assertThat(sidecar(report).signature()).isEqualTo(before.signature());
    assertThat(sidecar(report).payload())
        .hasValueSatisfying(
            payload -> assertThat(payload).isEqualTo(before.payload().orElseThrow()));
    assertThat(sidecar(report).stamps()).hasSize(1);
    Answer verified = esnode("verify", "--key", pub, "--tsa", certificates, report);
    assertThat(verified.exit()).isEqualTo(ExitCode.OK);
    assertThat(verified.out())
        .contains("PASS  ESV-SIG-006  time stamp: the signature existed at ")
        .doesNotContain("RFC 3161");
  }

  @Test
  void verdictsCarryTheTime() throws IOException {
    stamp("/", report);

    Json.Obj json = JsonReader.object(
        esnode("verify", "--format", "json", "--key", pub, "--site-tsa", certificates, report)
            .out());

    Json.Obj time = json.arr("files").objects().get(0).obj("time");
    assertThat(time.text("source")).isEqualTo("site-TSA");
    assertThat(time.text("authority")).isEqualTo("tsa.pem");
    assertThat(time.text("at")).startsWith("20");
  }

  @Test
  void stampWithoutItsAuthorityIsNamedAndNotBelieved() {
    stamp("/", report);

    Answer answer = esnode("verify", "--key", pub, report);

    assertThat(answer.exit()).isEqualTo(ExitCode.OK);
    assertThat(answer.out()).contains("not performed: RFC 3161 time stamp: there is a stamp");
  }

  @Test
  void questionAndAnswerMayBeCarried() throws IOException {
    Path request = dir.resolve("report.tsq");
    Path response = dir.resolve("report.tsr");

    assertThat(esnode("stamp", "--request", request, report).exit()).isEqualTo(ExitCode.OK);
    assertThat(sidecar(report).stamps()).isEmpty();
    Files.write(response, tsa.answer(Files.readAllBytes(request)));
    Answer answer = esnode("stamp", "--response", response, "--site-tsa", certificates, report);

    assertThat(answer.exit()).as(answer.err()).isEqualTo(ExitCode.OK);
    assertThat(answer.out()).contains("by tsa.pem (site-TSA)");
    assertThat(sidecar(report).stamps()).hasSize(1);
    assertThat(esnode("stamp", "--response", response, "--site-tsa", certificates, report)
            .exit())
        .isEqualTo(ExitCode.OK);
    assertThat(sidecar(report).stamps()).as("the same twice").hasSize(1);
    assertThat(esnode("stamp", "--request", request, report).exit())
        .isEqualTo(ExitCode.CANNOT_WRITE);
  }

  @Test
  void nothingIsAddedThatDoesNotVerify() throws Exception {
    byte[] before = Files.readAllBytes(SidecarFile.of(report));
    byte[] other = new StampQuery(new byte[] {1}, BigInteger.ONE).toBytes();
    byte[] again = new StampQuery(sidecar(report).signature(), BigInteger.ONE).toBytes();
    tsa.serve("/other", query -> other);
    tsa.serve("/again", query -> again);
    Path brought = Files.write(dir.resolve("other.tsr"), tsa.answer(other));
    Path torn = Files.write(dir.resolve("torn.tsr"), new byte[100]);

    assertThat(stamp("/other", report).exit()).isEqualTo(ExitCode.MALFORMED);
    assertThat(stamp("/again", report).err()).contains("the answer to another question");
    assertThat(esnode("stamp", "--response", brought, "--tsa", certificates, report)
            .exit())
        .isEqualTo(ExitCode.TAMPERED);
    assertThat(
            esnode("stamp", "--response", torn, "--tsa", certificates, report).exit())
        .isEqualTo(ExitCode.TAMPERED);
    assertThat(esnode("stamp", "--response", dir.resolve("none.tsr"), report).exit())
        .isEqualTo(ExitCode.EVIDENCE_MISSING);
    assertThat(SidecarFile.of(report)).hasBinaryContent(before);
  }

  @Test
  void stampOfAnAuthorityThatNobodyKnowsIsNotAdded() throws Exception {
    Path others = dir.resolve("others.pem");
    new TestTsa(others).close();

    Answer answer = esnode("stamp", "--url", tsa.address("/"), "--tsa", others, report);

    assertThat(answer.exit()).isEqualTo(ExitCode.UNTRUSTED);
    assertThat(answer.err()).contains("nobody here vouches", "--tsa").hasLineCount(1);
    assertThat(sidecar(report).stamps()).isEmpty();
    assertThat(esnode("stamp", "--url", tsa.address("/"), report).exit())
        .isEqualTo(ExitCode.UNTRUSTED);
  }

  @Test
  void silenceIsNoStamp() {
    tsa.close();

    Answer answer = stamp("/", report);

    assertThat(answer.exit()).isEqualTo(ExitCode.CANNOT_WRITE);
    assertThat(answer.err()).contains("no connection").hasLineCount(1);
  }

  @Test
  void everyFileIsTriedAndTheWorstDecides() throws IOException {
    Path unsigned = Files.writeString(dir.resolve("unsigned.html"), "x");
    Path torn = Files.writeString(dir.resolve("torn.html"), "x");
    SidecarFile.write(torn, new byte[] {'{'});

    Answer answer = stamp("/", unsigned, torn, report);

    assertThat(answer.exit()).isEqualTo(ExitCode.MALFORMED);
    assertThat(answer.err()).hasLineCount(2).contains("only what is signed can be stamped");
    assertThat(answer.out()).hasLineCount(1);
    assertThat(sidecar(report).stamps()).hasSize(1);
  }

  @Test
  void furtherSignatureIsStampedByName() throws IOException {
    SigningKey second = SigningKey.generate();
    Path further = SidecarFile.further(report, second.verifyingKey().keyId());
    Files.write(further, sidecarBy(second, report));
    byte[] first = Files.readAllBytes(SidecarFile.of(report));

    Answer answer = esnode(
        "stamp",
        "--url",
        tsa.address("/"),
        "--tsa",
        certificates,
        "--sidecar",
        further,
        "--format",
        "json",
        report);

    assertThat(answer.exit()).as(answer.err()).isEqualTo(ExitCode.OK);
    Json.Obj said = JsonReader.object(answer.out());
    assertThat(said.text("schema")).isEqualTo("esnode.stamp/1");
    assertThat(said.arr("files").objects().get(0).text("sidecar")).isEqualTo(further.toString());
    assertThat(Sidecar.parse(Files.readAllBytes(further)).stamps()).hasSize(1);
    assertThat(SidecarFile.of(report)).hasBinaryContent(first);
  }

  @Test
  void revokedKeyCountsForWhatWasStampedBefore() {
    stamp("/", report);
    esnode("trust", "add", pub, "--label", "lab", "--trust", trust);
    revoke("2999-01-01T00:00:00Z");

    Answer stamped = esnode("verify", "--trust", trust, "--tsa", certificates, report);
    Answer unstamped = esnode("verify", "--trust", trust, report);

    assertThat(stamped.exit()).as(stamped.out()).isEqualTo(ExitCode.OK);
    assertThat(stamped.out()).contains("valid when made", "revoked since then");
    assertThat(unstamped.exit()).isEqualTo(ExitCode.UNTRUSTED);
    assertThat(unstamped.out()).contains("FAIL  ESV-KEY-002", "no trusted time");
  }

  @Test
  void revokedKeyDoesNotCountForWhatWasStampedSince() {
    stamp("/", report);
    esnode("trust", "add", pub, "--label", "lab", "--trust", trust);
    revoke("2020-01-01T00:00:00Z");

    Answer answer = esnode("verify", "--trust", trust, "--tsa", certificates, report);

    assertThat(answer.exit()).isEqualTo(ExitCode.UNTRUSTED);
    assertThat(answer.out()).contains("FAIL  ESV-KEY-002", "safe until 2020-01-01T00:00:00Z");
  }

  private void revoke(String compromisedSince) {
    assertThat(esnode(
                "trust",
                "revoke",
                "lab",
                "--reason",
                "lost",
                "--compromised-since",
                compromisedSince,
                "--trust",
                trust)
            .exit())
        .isEqualTo(ExitCode.OK);
  }

  @Test
  void wrongLinesAreUsage() {
    assertThat(esnode("stamp", report).exit()).isEqualTo(ExitCode.USAGE);
    assertThat(esnode("stamp", "--url", "ftp://x/", report).exit()).isEqualTo(ExitCode.USAGE);
    assertThat(esnode("stamp", "--url", "http://x/", "--request", dir.resolve("q"), report)
            .exit())
        .isEqualTo(ExitCode.USAGE);
    assertThat(esnode("stamp", "--request", dir.resolve("q"), report, report).exit())
        .isEqualTo(ExitCode.USAGE);
    assertThat(esnode("stamp", "--url", "http://x/").exit()).isEqualTo(ExitCode.USAGE);
  }

  @Test
  void certificatesThatCannotBeReadAreNotSilentlyIgnored() {
    for (String command : new String[] {"verify", "analyze"}) {
      Answer answer = esnode(command, "--tsa", pub, report);

      assertThat(answer.exit()).as(command).isEqualTo(ExitCode.MALFORMED);
      assertThat(answer.err()).contains("k.pub", "expected certificates in PEM");
    }
  }
}
