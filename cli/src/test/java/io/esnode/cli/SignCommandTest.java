package io.esnode.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.esnode.json.Json;
import io.esnode.json.JsonReader;
import io.esnode.signature.ExitCode;
import io.esnode.signature.SidecarFile;
import io.esnode.signer.Sidecar;
import io.esnode.signer.SigningKey;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code sign} and {@code attest} as a user meets them. */
class SignCommandTest {
  @TempDir
  Path dir;

  private Path photo;

  private record Answer(int exit, String out, String err) {}

  @BeforeEach
  void makeKeys() throws IOException {
    for (String name : List.of("a", "b", "c")) {
      SigningKey.generate(dir.resolve(name + ".key"), dir.resolve(name + ".pub"));
    }
    photo = Files.writeString(dir.resolve("photo.jpg"), "JFIF");
  }

  /** Words that begin with @ are files of the test. */
  private Answer esnode(String... words) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    List<String> line = new ArrayList<>();
    for (String word : words) {
      line.add(word.startsWith("@") ? dir.resolve(word.substring(1)).toString() : word);
    }
    int exit = Main.run(new PrintWriter(out), new PrintWriter(err), line.toArray(String[]::new));
    return new Answer(exit, out.toString(), err.toString());
  }

  private static Json.Obj statement(Path sidecar) throws Exception {
    return JsonReader.object(
        Sidecar.parse(Files.readAllBytes(sidecar)).payload().orElseThrow());
  }

  @Test
  void otherFileIsSignedWithReason() throws Exception {
    assertThat(esnode("sign", "@photo.jpg", "--by", "@a.key").exit()).isEqualTo(ExitCode.USAGE);

    Answer answer = esnode("sign", "@photo.jpg", "--by", "@a.key", "--reason", "before the repair");

    assertThat(answer.exit()).as(answer.err()).isZero();
    assertThat(statement(SidecarFile.of(photo)).obj("predicate").text("reason"))
        .isEqualTo("before the repair");
    assertThat(esnode("verify", "--key", "@a.pub", "@photo.jpg").exit()).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "'schema: esnode.policy/1', policy",
    "'{\"schema\":\"esnode.policy/1\"}', policy",
    "'{\"schema\":\"esnode.certificate/1\"}', certificate",
    "'<html><script>{\"schema\":\"esnode.analysis/1\"}', report",
    "'%PDF-1.7 <pdf:Producer>esnode reports (x)', report"
  })
  void fileIsSignedAsWhatItIs(String content, String type) throws Exception {
    Path file = Files.writeString(dir.resolve("file"), content);

    assertThat(esnode("sign", "@file", "--by", "@a.key").exit()).isZero();

    assertThat(statement(SidecarFile.of(file)).text("predicateType"))
        .isEqualTo("https://esnode.io/attestations/%s/v1".formatted(type));
  }

  @Test
  void othersSignTheSameBesideTheFirst() throws Exception {
    assertThat(esnode("sign", "@photo.jpg", "--by", "@b.key", "--further").exit())
        .isEqualTo(ExitCode.EVIDENCE_MISSING);
    esnode("sign", "@photo.jpg", "--by", "@a.key", "--reason", "x");
    byte[] first = Files.readAllBytes(SidecarFile.of(photo));
    esnode("sign", "@photo.jpg", "--by", "@b.key", "--further");
    esnode("sign", "@photo.jpg", "--by", "@c.key");

    Answer again = esnode("sign", "@photo.jpg", "--by", "@c.key", "--format", "json");
    Answer verified =
        esnode("verify", "--key", "@a.pub", "--key", "@b.pub", "--key", "@c.pub", "@photo.jpg");

    assertThat(again.out()).contains("\"made\": false");
    assertThat(verified.exit()).as(verified.out()).isZero();
    assertThat(verified.out()).contains("by b.pub").contains("by c.pub");
    assertThat(SidecarFile.of(photo)).hasBinaryContent(first);
    assertThat(SidecarFile.all(photo)).hasSize(3);
    assertThat(esnode("verify", "--key", "@a.pub", "@").exit()).isZero();
  }

  @Test
  void whatDoesNotVerifyIsNotSigned() throws Exception {
    esnode("sign", "@photo.jpg", "--by", "@a.key", "--reason", "x");
    Files.writeString(photo, "JFIg");

    Answer answer = esnode("sign", "@photo.jpg", "--by", "@b.key");

    assertThat(answer.exit()).isEqualTo(ExitCode.TAMPERED);
    assertThat(answer.err()).contains("ESV-SIG-002").hasLineCount(1);
    assertThat(SidecarFile.all(photo)).hasSize(1);
  }

  @Test
  void anyStatementIsAttestedAndVerified() throws Exception {
    Files.writeString(dir.resolve("scan.json"), "{\"result\":\"clean\"}");
    String type = "https://example.org/scan/v1";

    Answer made = esnode(
        "attest",
        "@photo.jpg",
        "--predicate-type",
        type,
        "--predicate",
        "@scan.json",
        "--by",
        "@a.key");

    assertThat(made.exit()).as(made.err()).isZero();
    assertThat(esnode("verify", "--key", "@a.pub", "@photo.jpg").exit())
        .isEqualTo(ExitCode.TAMPERED);
    assertThat(esnode("verify", "--key", "@a.pub", "--predicate-type", type, "@photo.jpg")
            .exit())
        .isZero();
  }

  @Test
  void statementOfAnotherTypeStandsBesideTheSignature() throws Exception {
    esnode("sign", "@photo.jpg", "--by", "@a.key", "--reason", "x");
    Files.writeString(dir.resolve("scan.json"), "{\"result\":\"clean\"}");

    assertThat(esnode(
                "attest",
                "@photo.jpg",
                "--predicate-type",
                "https://example.org/scan/v1",
                "--predicate",
                "@scan.json",
                "--by",
                "@b.key")
            .exit())
        .isZero();

    assertThat(SidecarFile.all(photo)).hasSize(1);
    Answer answer = esnode("verify", "--key", "@a.pub", "--key", "@b.pub", "@photo.jpg");
    assertThat(answer.exit()).as(answer.out()).isZero();
    assertThat(answer.out()).contains("https://example.org/scan/v1");
  }

  @ParameterizedTest
  @CsvSource({
    "5, '[]'",
    "5, '{\"a\":1,\"a\":2}'",
    "5, '{\"a\":1.5}'",
    "5, '{\"signer\":{}}'",
    "5, ''"
  })
  void predicateThatIsNotStrictJsonIsRefused(int exit, String predicate) throws Exception {
    Files.writeString(dir.resolve("p.json"), predicate);

    Answer answer = esnode(
        "attest",
        "@photo.jpg",
        "--predicate-type",
        "https://e.org/x",
        "--predicate",
        "@p.json",
        "--by",
        "@a.key");

    assertThat(answer.exit()).as(answer.err()).isEqualTo(exit);
    assertThat(answer.err()).hasLineCount(1);
    assertThat(SidecarFile.of(photo)).doesNotExist();
  }
}
