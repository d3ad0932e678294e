package io.esnode.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.esnode.custody.CustodyLog;
import io.esnode.json.JsonReader;
import io.esnode.signature.ExitCode;
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

/** {@code custody} as a user meets it. */
class CustodyCommandTest {
  @TempDir
  Path dir;

  private Path file;

  private record Answer(int exit, String out, String err) {
    String receipt() {
      return out.lines()
          .filter(l -> l.startsWith("receipt"))
          .findFirst()
          .orElseThrow()
          .substring(9, 73);
    }
  }

  @BeforeEach
  void sign() throws IOException {
    for (String name : List.of("a", "b")) {
      SigningKey.generate(dir.resolve(name + ".key"), dir.resolve(name + ".pub"));
    }
    file = Files.writeString(dir.resolve("e.bin"), "evidence");
    assertThat(esnode("sign", "@e.bin", "--by", "@a.key", "--reason", "x").exit())
        .isZero();
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

  private Answer add(String actor, String key) {
    return esnode(
        "custody", "add", "@e.bin", "--actor", actor, "--purpose", "analysis", "--by", key);
  }

  private Answer show(String... more) {
    List<String> line =
        new ArrayList<>(List.of("custody", "show", "@e.bin", "--key", "@a.pub", "--key", "@b.pub"));
    line.addAll(List.of(more));
    return esnode(line.toArray(String[]::new));
  }

  @Test
  void handsAreShownInOrderAndVerified() throws Exception {
    Answer first = add("R. Roe", "@a.key");
    add("J. Doe\u001b[31m", "@b.key");

    Answer shown = show("--receipt", first.receipt());
    Answer verified = esnode("verify", "--key", "@a.pub", "--key", "@b.pub", "@e.bin");

    assertThat(shown.exit()).as(shown.out() + shown.err()).isZero();
    assertThat(shown.out().lines()).hasSize(4).satisfies(lines -> {
      assertThat(lines.get(0)).startsWith("TRUSTED SIGNER  20").contains("R. Roe has");
      assertThat(lines.get(1)).contains("J. Doe\\u001b[31m has the original, for analysis");
    });
    assertThat(verified.exit()).as(verified.out()).isZero();
    assertThat(verified.out()).contains("CUSTODY of ").doesNotContain("\u001b");
    assertThat(JsonReader.object(show("--format", "json").out()).arr("entries").objects())
        .hasSize(2);
  }

  @Test
  void whatIsNotAsItWasSignedIsWrittenDownAsSuch() throws Exception {
    Files.writeString(file, "forged");

    Answer answer = add("J. Doe", "@b.key");

    assertThat(answer.exit()).isEqualTo(ExitCode.TAMPERED);
    assertThat(answer.err()).contains("was handed over");
    assertThat(show().exit()).isEqualTo(ExitCode.TAMPERED);
  }

  @Test
  void cutEntryIsMissedByItsReceipt() throws Exception {
    add("R. Roe", "@a.key");
    String receipt = add("J. Doe", "@b.key").receipt();
    Path log = CustodyLog.of(file);
    Files.writeString(log, Files.readAllLines(log).get(0) + "\n");

    assertThat(show().exit()).isZero();
    assertThat(show("--receipt", receipt).exit()).isEqualTo(ExitCode.EVIDENCE_MISSING);
  }

  @Test
  void keyForEvidenceAloneSignsNoCustody() {
    assertThat(esnode("trust", "add", "@a.pub", "--trust", "@trust", "--by", "@b.key")
            .exit())
        .isZero();
    add("R. Roe", "@a.key");

    Answer shown = esnode("custody", "show", "@e.bin", "--trust", "@trust");

    assertThat(shown.exit()).isEqualTo(ExitCode.UNTRUSTED);
    assertThat(shown.out()).contains("ESV-KEY-005");
  }

  @Test
  void noLogAndNoFileAreMissing() {
    assertThat(show().exit()).isEqualTo(ExitCode.EVIDENCE_MISSING);
    assertThat(
            esnode("custody", "add", "@none", "--actor", "a", "--purpose", "b").exit())
        .isEqualTo(ExitCode.EVIDENCE_MISSING);
    assertThat(esnode("custody").exit()).isEqualTo(ExitCode.USAGE);
    assertThat(
            esnode("custody", "add", "@e.bin", "--actor", " ", "--purpose", "b", "--by", "@a.key")
                .exit())
        .isEqualTo(ExitCode.USAGE);
  }
}
