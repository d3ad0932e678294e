package io.esnode.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.esnode.bundle.Sha256;
import io.esnode.json.Json;
import io.esnode.json.JsonReader;
import io.esnode.signature.ExitCode;
import io.esnode.signature.PredicateType;
import io.esnode.signature.SidecarFile;
import io.esnode.signer.SidecarSigner;
import io.esnode.signer.SigningKey;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code key}, {@code trust} and {@code verify} as a user meets them. */
class TrustedVerificationTest {
  @TempDir
  Path dir;

  private Path trust;
  private Path report;
  private Path pub;
  private String keyId;

  /** What a command line gave. */
  private record Answer(int exit, String out, String err) {}

  @BeforeEach
  void signReport() throws IOException {
    trust = dir.resolve("trust");
    Files.createDirectory(trust);
    pub = dir.resolve("k.pub");
    SigningKey key = SigningKey.generate(dir.resolve("k.key"), pub);
    keyId = key.verifyingKey().keyId();
    report = Files.writeString(dir.resolve("report.html"), "<!DOCTYPE html><p>85 °C");
    SidecarFile.write(
        report,
        new SidecarSigner(key)
            .sign(
                "report.html",
                Sha256.hex(Files.readAllBytes(report)),
                PredicateType.REPORT,
                Json.object().build()));
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

  @Test
  void reportOfTrustedKeyIsPrintedWithEveryCheck() throws IOException {
    Answer answer = esnode("verify", "--key", pub, report);

    assertThat(answer.exit()).isEqualTo(ExitCode.OK);
    assertThat(answer.err()).isEmpty();
    assertThat(answer.out().lines())
        .containsExactly(
            "TRUSTED SIGNER: " + report,
            "  sha256 " + Sha256.hex(Files.readAllBytes(report)),
            "  PASS  ESV-SIG-000  signature: ECDSA P-256 by key " + keyId,
            "  PASS  ESV-SIG-003  predicate type: https://esnode.io/attestations/report/v1",
            "  PASS  ESV-SIG-002  digest: SHA-256 of all 24 bytes is the one signed",
            "  PASS  ESV-KEY-001  key: trusted as k.pub",
            "  not performed: RFC 3161 time stamp: none",
            "  not performed: transparency log: none",
            "  not performed: witness: not anchored",
            "  not performed: policy: none given",
            "A signature does not prove that the recorded values are true, nor that the recorder's clock was right, nor when the file was signed.");
  }

  @Test
  void usingKeyDoesNotAddIt() {
    esnode("verify", "--key", pub, "--trust", trust, report);

    assertThat(esnode("verify", "--trust", trust, report).exit()).isEqualTo(ExitCode.UNTRUSTED);
  }

  @Test
  void addedKeyIsTrustedUntilItIsRevoked() {
    assertThat(esnode("trust", "add", pub, "--label", "lab", "--trust", trust).out())
        .isEqualTo("trusted  %s  lab\n".formatted(keyId));
    assertThat(esnode("verify", "--trust", trust, report).exit()).isEqualTo(ExitCode.OK);

    assertThat(esnode("trust", "revoke", "lab", "--reason", "lost", "--trust", trust)
            .exit())
        .isEqualTo(ExitCode.OK);
    Answer answer = esnode("verify", "--trust", trust, report);

    assertThat(answer.exit()).isEqualTo(ExitCode.UNTRUSTED);
    assertThat(answer.out()).startsWith("REFUSED: ").contains("FAIL  ESV-KEY-002");
  }

  @Test
  void keyIsRevokedByItsFileThoughItWasNeverAdded() {
    assertThat(
            esnode("trust", "revoke", pub, "--reason", "lost", "--trust", trust).exit())
        .isEqualTo(ExitCode.OK);

    assertThat(esnode("trust", "list", "--trust", trust).out())
        .startsWith("revoked  " + keyId)
        .contains("lost");
  }

  @Test
  void revocationOfNothingSaysWhereItLooked() {
    Answer answer = esnode("trust", "revoke", "nobody", "--reason", "x", "--trust", trust);

    assertThat(answer.exit()).isEqualTo(ExitCode.USAGE);
    assertThat(answer.err()).contains("\"nobody\"").contains(trust.toString()).hasLineCount(1);
  }

  @Test
  void unknownSignerIsNamedAndUntrusted() {
    Answer answer = esnode("verify", "--trust", trust, report);

    assertThat(answer.exit()).isEqualTo(ExitCode.UNTRUSTED);
    assertThat(answer.out())
        .startsWith("INTACT BUT SIGNER UNKNOWN: " + report)
        .contains("FAIL  ESV-KEY-001  key: " + keyId + " is not trusted here");
  }

  @Test
  void worstFileDecidesAndEveryFileIsAnswered() throws IOException {
    Path tampered = Files.writeString(dir.resolve("tampered.html"), "<html>x");
    Files.copy(SidecarFile.of(report), SidecarFile.of(tampered));

    Answer answer =
        esnode("verify", "--key", pub, dir.resolve("missing.parquet"), tampered, report);

    assertThat(answer.exit()).isEqualTo(ExitCode.TAMPERED);
    assertThat(answer.out().lines().filter(line -> line.matches("[A-Z].*: .*")))
        .containsExactly(
            "REFUSED: " + dir.resolve("missing.parquet"),
            "REFUSED: " + tampered,
            "TRUSTED SIGNER: " + report);
  }

  @Test
  void jsonAnswersForEveryFile() throws IOException {
    Answer answer =
        esnode("verify", "--format", "json", "--key", pub, report, dir.resolve("missing.parquet"));

    Json.Obj json = JsonReader.object(answer.out());
    assertThat(answer.exit()).isEqualTo(ExitCode.EVIDENCE_MISSING);
    assertThat(json.text("schema")).isEqualTo("esnode.verify/1");
    assertThat(json.integer("exit")).isEqualTo(ExitCode.EVIDENCE_MISSING);
    assertThat(json.arr("files").objects()).hasSize(2);
    Json.Obj first = json.arr("files").objects().get(0);
    assertThat(first.text("trust")).isEqualTo("TRUSTED SIGNER");
    assertThat(first.obj("signer").text("key_id")).isEqualTo(keyId);
    assertThat(first.arr("checks").objects()).allMatch(check -> passed(check));
  }

  private static boolean passed(Json.Obj check) {
    return check.find("passed").orElseThrow().equals(Json.of(true));
  }

  @Test
  void noFilesIsUsage() {
    assertThat(esnode("verify").exit()).isEqualTo(ExitCode.USAGE);
    assertThat(esnode("key").exit()).isEqualTo(ExitCode.USAGE);
    assertThat(esnode("trust").exit()).isEqualTo(ExitCode.USAGE);
  }

  @Test
  void keyOrTrustDirectoryThatIsMissingIsNotSilentlyIgnored() {
    assertThat(esnode("verify", "--key", dir.resolve("no.pub"), report).exit())
        .isEqualTo(ExitCode.MALFORMED);
    assertThat(esnode("verify", "--trust", dir.resolve("none"), report).exit())
        .isEqualTo(ExitCode.MALFORMED);
  }

  @Test
  void generatedKeyIsNotOverwritten() throws IOException {
    Path prefix = dir.resolve("site");

    Answer first = esnode("key", "generate", "--out", prefix);
    String secret = Files.readString(dir.resolve("site.key"));
    Answer second = esnode("key", "generate", "--out", prefix);

    assertThat(first.exit()).isEqualTo(ExitCode.OK);
    assertThat(second.exit()).isEqualTo(ExitCode.CANNOT_WRITE);
    assertThat(second.err()).contains("site.key: exists already").hasLineCount(1);
    assertThat(dir.resolve("site.key")).hasContent(secret);
  }

  @Test
  void keyInMissingDirectoryCannotBeWritten() {
    Answer answer = esnode("key", "generate", "--out", dir.resolve("no/where"));

    assertThat(answer.exit()).isEqualTo(ExitCode.CANNOT_WRITE);
    assertThat(answer.err()).contains("directory does not exist");
  }

  @Test
  void hostileFileNameReachesTheTerminalHarmless() throws IOException {
    Path hostile = Files.copy(report, dir.resolve("a\u001b[31m\u202e.html"));

    Answer answer = esnode("verify", "--key", pub, hostile);

    assertThat(answer.exit()).isEqualTo(ExitCode.EVIDENCE_MISSING);
    assertThat(answer.out()).contains("\\u001b[31m\\u202e").doesNotContain("\u001b", "\u202e");
  }

  @Test
  void trustListAsJsonHoldsTheEntries() throws IOException {
    esnode("trust", "add", pub, "--trust", trust);

    Json.Obj json = JsonReader.object(
        esnode("trust", "list", "--format", "json", "--trust", trust).out());

    assertThat(json.text("schema")).isEqualTo("esnode.trust/1");
    assertThat(json.arr("keys").objects().get(0).text("label")).isEqualTo("k");
  }
}
