package io.esnode.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.esnode.bundle.Sha256;
import io.esnode.json.Json;
import io.esnode.json.JsonReader;
import io.esnode.signature.ExitCode;
import io.esnode.signature.PredicateType;
import io.esnode.signature.ReasonCode;
import io.esnode.signature.SidecarFile;
import io.esnode.signer.SidecarSigner;
import io.esnode.signer.SigningKey;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** {@code verify} as a gate: policies, what it writes, and what it does not do. */
class GateTest {
  private static final String HOSTILE = "a\u001b[31m\u202e<&\"'].html";

  @TempDir
  Path dir;

  private SigningKey key;
  private Path pub;
  private Path report;
  private Path policy;

  /** What a command line gave. */
  private record Answer(int exit, String out, String err) {}

  @BeforeEach
  void sign() throws IOException {
    pub = dir.resolve("k.pub");
    key = SigningKey.generate(dir.resolve("k.key"), pub);
    report = signed("report.html", PredicateType.REPORT);
    policy = policy("predicate_types: [report]");
  }

  private Path signed(String name, String type) throws IOException {
    Path file = Files.writeString(dir.resolve(name), "<!DOCTYPE html>" + name);
    sign(file, type);
    return file;
  }

  private void sign(Path file, String type) throws IOException {
    SidecarFile.write(
        file,
        new SidecarSigner(key)
            .sign(
                String.valueOf(file.getFileName()),
                Sha256.hex(Files.readAllBytes(file)),
                type,
                Json.object().build()));
  }

  private Path policy(String rules) throws IOException {
    return Files.writeString(
        dir.resolve("p.yaml"), "policy: esnode.policy/1\nname: gate\n" + rules + "\n");
  }

  private Answer verify(Object... args) {
    List<String> line = new ArrayList<>(List.of("verify", "--key", pub.toString()));
    for (Object arg : args) {
      line.add(arg.toString());
    }
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exit = Main.run(new PrintWriter(out), new PrintWriter(err), line.toArray(String[]::new));
    return new Answer(exit, out.toString(), err.toString());
  }

  @Test
  void rulesAreAnsweredBesideTheChecks() throws IOException {
    assertThat(verify("--policy", policy, report).exit()).isEqualTo(ExitCode.OK);

    Answer missed = verify("--policy", policy("predicate_types: [recording]"), report);
    assertThat(missed.exit()).isEqualTo(ExitCode.CHECK_FAILED);
    assertThat(missed.out())
        .contains("  FAIL  ESV-POL-001  predicate type: found ", "; attest what is missing")
        .contains("  PASS  ESV-POL-012  simulated: nothing here says so")
        .doesNotContain("policy: none given");

    Answer recording = verify("--policy", policy("completeness: {coverage: 1 %}"), report);
    assertThat(recording.exit()).isEqualTo(ExitCode.CHECK_FAILED);
    assertThat(recording.out()).contains("  FAIL (not evaluable)  ESV-POL-006  ");
  }

  @Test
  void tamperedIsWorseThanAnyRule() throws IOException {
    Files.writeString(report, "x");

    assertThat(
            verify("--policy", policy("predicate_types: [recording]"), report).exit())
        .isEqualTo(ExitCode.TAMPERED);
  }

  @Test
  void unsignedIsMissingEvidenceAndNotAPolicyMatter() throws IOException {
    Files.delete(SidecarFile.of(report));

    Answer answer = verify("--policy", policy, report);

    assertThat(answer.exit()).isEqualTo(ExitCode.EVIDENCE_MISSING);
    assertThat(answer.out()).contains("not performed: policy: nothing whose signature holds");
  }

  @Test
  void policyThatIsSignedMustBeBySomebodyTrusted() throws IOException {
    assertThat(verify("--policy", policy, "--require-signed-policy", report).err())
        .contains("ESV-POL-016")
        .hasLineCount(1);

    sign(policy, PredicateType.POLICY);
    Answer signed = verify("--policy", policy, "--require-signed-policy", report);
    assertThat(signed.exit()).isEqualTo(ExitCode.OK);
    assertThat(signed.out()).contains("signed by " + key.verifyingKey().keyId());

    policy("predicate_types: [file]");
    assertThat(verify("--policy", policy, report).exit()).isEqualTo(ExitCode.UNTRUSTED);

    sign(policy, PredicateType.REPORT);
    assertThat(verify("--policy", policy, report).exit()).isEqualTo(ExitCode.UNTRUSTED);
  }

  @Test
  void policyIsPinnedByItsDigest() throws IOException {
    String digest = Sha256.hex(Files.readAllBytes(policy));

    assertThat(verify("--policy", policy, "--policy-digest", digest, report).exit())
        .isEqualTo(ExitCode.OK);
    policy("simulated: refuse");
    assertThat(verify("--policy", policy, "--policy-digest", digest, report).exit())
        .isEqualTo(ExitCode.UNTRUSTED);
  }

  @Test
  void policyThatCannotBeReadEndsEverything() throws IOException {
    Answer nothing = verify("--policy", policy("mode: enforce"), report);
    assertThat(nothing.exit()).isEqualTo(ExitCode.MALFORMED);
    assertThat(nothing.err()).startsWith("esnode: ESV-POL-017 ").hasLineCount(1);
    assertThat(nothing.out()).isEmpty();
    assertThat(verify("--policy", dir.resolve("none.yaml"), report).exit())
        .isEqualTo(ExitCode.MALFORMED);
  }

  @Test
  void verdictIsTheBaselineOfTheNext() throws IOException {
    Path last = dir.resolve("last.json");
    assertThat(verify("--format", "json", "--out", last, report).exit()).isEqualTo(ExitCode.OK);
    policy("baseline: {file: last.json}");
    assertThat(verify("--policy", policy, report).exit()).isEqualTo(ExitCode.OK);

    sign(report, PredicateType.FILE);

    Answer weaker = verify("--policy", policy, report);
    assertThat(weaker.exit()).isEqualTo(ExitCode.CHECK_FAILED);
    assertThat(weaker.out()).contains("FAIL  ESV-POL-011  baseline: found predicate type");
  }

  @Test
  void zeroArtefactsAreNeverAPass() throws IOException {
    Path empty = Files.createDirectory(dir.resolve("empty"));

    assertThat(verify(empty).exit()).isEqualTo(ExitCode.EVIDENCE_MISSING);
    assertThat(verify(dir.resolve("none-*.html")).exit()).isEqualTo(ExitCode.EVIDENCE_MISSING);
    assertThat(verify().exit()).isEqualTo(ExitCode.USAGE);
  }

  @Test
  void patternsTheShellLeftAreExpanded() throws IOException {
    signed("a.html", PredicateType.REPORT);

    Answer answer = verify(dir.resolve("*.html"));

    assertThat(answer.exit()).isEqualTo(ExitCode.OK);
    assertThat(answer.out().lines().filter(line -> line.startsWith("TRUSTED")))
        .containsExactly("TRUSTED SIGNER: " + dir.resolve("a.html"), "TRUSTED SIGNER: " + report);
  }

  @Test
  void manyFilesAreAnsweredInTheOrderGiven() throws IOException {
    List<Object> files = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      files.add(signed("r%02d.html".formatted(i), PredicateType.REPORT));
    }
    Collections.shuffle(files, new Random(1));

    Answer answer = verify(files.toArray());

    assertThat(answer.out().lines().filter(line -> line.startsWith("TRUSTED")))
        .containsExactlyElementsOf(
            files.stream().map(file -> "TRUSTED SIGNER: " + file).toList());
  }

  @Test
  void digestAndRowsDoNotClaimTheFile() throws IOException {
    String digest = Sha256.hex(Files.readAllBytes(report));
    Files.delete(report);

    assertThat(verify("--digest", digest, SidecarFile.of(report)).exit()).isEqualTo(ExitCode.OK);
    assertThat(verify("--digest", digest, report, report).exit()).isEqualTo(ExitCode.USAGE);
    assertThat(verify("--rows", "gpu", "--policy", policy, report).exit())
        .isEqualTo(ExitCode.USAGE);
    assertThat(verify("--rows", "GPU", report).exit()).isEqualTo(ExitCode.USAGE);
    assertThat(verify("--format", "vsa", report).exit()).isEqualTo(ExitCode.USAGE);
  }

  @Test
  void jsonIsWhatItsSchemaSays() throws IOException {
    Schema schema = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
        .getSchema(
            Files.readString(Path.of("../docs/format/verify.schema.json")), InputFormat.JSON);

    Answer answer = verify("--format", "json", "--policy", policy, report, dir.resolve(HOSTILE));

    assertThat(schema.validate(answer.out(), InputFormat.JSON)).isEmpty();
    assertThat(answer.out()).doesNotContain("\u001b", "\u202e").contains("\\u001b", "\\u202e");
    assertThat(JsonReader.object(answer.out()).arr("files").objects().get(1).text("name"))
        .isEqualTo(dir.resolve(HOSTILE).toString());
  }

  @Test
  void sarifNamesTheRuleOfEveryResult() throws IOException {
    Files.copy(report, dir.resolve(HOSTILE));

    Answer answer = verify(
        "--format",
        "sarif",
        "--policy",
        policy("predicate_types: [recording]\nmode: warn"),
        report,
        dir.resolve(HOSTILE));

    assertThat(answer.out()).doesNotContain("\u001b", "\u202e");
    Json.Obj sarif = JsonReader.object(answer.out());
    assertThat(sarif.text("version")).isEqualTo("2.1.0");
    Json.Obj run = sarif.arr("runs").objects().get(0);
    List<Json.Obj> rules = run.obj("tool").obj("driver").arr("rules").objects();
    assertThat(rules).hasSameSizeAs(ReasonCode.values());
    List<String> found = new ArrayList<>();
    for (Json.Obj result : run.arr("results").objects()) {
      assertThat(rules)
          .anyMatch(rule -> Json.of(ruleId(result)).equals(rule.find("id").orElseThrow()));
      assertThat(result.obj("message").text("text")).isNotBlank();
      assertThat(result
              .arr("locations")
              .objects()
              .get(0)
              .obj("physicalLocation")
              .obj("artifactLocation")
              .text("uri"))
          .matches("file:[!-~]+");
      found.add(result.text("ruleId") + " " + result.text("level"));
    }
    assertThat(found).containsExactly("ESV-POL-001 warning", "ESV-EVD-001 error");
    Json.Obj invocation = run.arr("invocations").objects().get(0);
    assertThat(invocation.integer("exitCode")).isEqualTo(ExitCode.EVIDENCE_MISSING);
    assertThat(
            invocation.arr("toolExecutionNotifications").objects().stream().map(Object::toString))
        .anyMatch(note -> note.contains("not performed: "))
        .anyMatch(note -> note.contains("does not prove "));
  }

  private static String ruleId(Json.Obj result) {
    return result.find("ruleId").orElseThrow() instanceof Json.Str id ? id.value() : "";
  }

  @Test
  void junitCountsItsFailures() throws Exception {
    Files.copy(report, dir.resolve(HOSTILE));

    Answer answer = verify("--format", "junit", report, dir.resolve(HOSTILE));

    DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
    factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
    Document xml = factory
        .newDocumentBuilder()
        .parse(new ByteArrayInputStream(answer.out().getBytes(StandardCharsets.UTF_8)));
    NodeList suites = xml.getElementsByTagName("testsuite");
    assertThat(suites.getLength()).isEqualTo(2);
    Element hostile = (Element) suites.item(1);
    assertThat(hostile.getAttribute("name")).endsWith("a\\u001b[31m\\u202e<&\"'].html");
    assertThat(hostile.getAttribute("failures")).isEqualTo("1");
    assertThat(hostile.getElementsByTagName("failure").getLength()).isEqualTo(1);
    assertThat(hostile.getElementsByTagName("testcase").getLength())
        .hasToString(hostile.getAttribute("tests"));
    assertThat(answer.out())
        .doesNotContain("\u001b", "\u202e")
        .contains("not performed: ", "does_not_prove");
  }

  @Test
  void summaryIsSignedAndSaysWhatFailed() throws IOException {
    Path summary = dir.resolve("vsa.json");
    Path key = dir.resolve("k.key");

    Answer passed =
        verify("--policy", policy, "--format", "vsa", "--out", summary, "--sign-key", key, report);
    assertThat(passed.exit()).isEqualTo(ExitCode.OK);
    assertThat(verify(summary).exit()).isEqualTo(ExitCode.OK);
    Json.Obj statement = JsonReader.object(Files.readString(summary));
    assertThat(statement.text("predicateType")).isEqualTo(PredicateType.VERIFICATION_SUMMARY);
    assertThat(statement.arr("subject").objects().get(0).obj("digest").text("sha256"))
        .isEqualTo(Sha256.hex(Files.readAllBytes(report)));
    assertThat(statement.obj("predicate").text("verificationResult")).isEqualTo("PASSED");
    assertThat(statement.obj("predicate").obj("policy").obj("digest").text("sha256"))
        .isEqualTo(Sha256.hex(Files.readAllBytes(policy)));

    verify(
        "--policy",
        policy("mode: warn\npredicate_types: [file]"),
        "--format",
        "vsa",
        "--out",
        summary,
        report);
    assertThat(JsonReader.object(Files.readString(summary))
            .obj("predicate")
            .text("verificationResult"))
        .isEqualTo("FAILED");
  }

  @ParameterizedTest
  @EnumSource(VerifyFormat.class)
  void everyFormSaysWhatASignatureDoesNotProve(VerifyFormat format) {
    assertThat(verify("--policy", policy, "--format", format, report).out())
        .contains("that the recorded values are true", "transparency log: none");
  }

  @Test
  void answersWhereThereIsNoNetwork() throws Exception {
    List<String> isolated = unshare();
    assumeTrue(!isolated.isEmpty(), "unshare -n is not allowed here");
    ProcessBuilder esnode = ChildJvm.of(
        ChildJvm.SHORT,
        List.of(
            "verify", "--key", pub.toString(), "--policy", policy.toString(), report.toString()));
    esnode.command().addAll(0, isolated);
    Path output = dir.resolve("output");
    Process process =
        esnode.redirectErrorStream(true).redirectOutput(output.toFile()).start();

    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(Files.readString(output)).startsWith("POLICY ").contains("TRUSTED SIGNER: ");
    assertThat(process.exitValue()).isEqualTo(ExitCode.OK);
  }

  /** How to run without a network: not even a loopback interface that is up. Empty where that is not allowed. */
  private static List<String> unshare() throws Exception {
    for (String flags : List.of("-n", "-rn")) {
      try {
        Process probe = new ProcessBuilder("unshare", flags, "true")
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
        if (probe.waitFor(10, TimeUnit.SECONDS) && probe.exitValue() == 0) {
          return List.of("unshare", flags);
        }
      } catch (IOException e) {
        return List.of();
      }
    }
    return List.of();
  }
}
