package io.esnode.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.esnode.json.JsonReader;
import io.esnode.signature.ExitCode;
import io.esnode.signer.SigningKey;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code trust} beyond keys that sign evidence. */
class TrustCommandTest {
  @TempDir
  Path dir;

  private Path trust;
  private Path pub;
  private Path by;

  private record Answer(int exit, String out, String err) {}

  @BeforeEach
  void makeKeys() throws IOException {
    trust = Files.createDirectory(dir.resolve("trust"));
    pub = dir.resolve("k.pub");
    by = dir.resolve("by.key");
    SigningKey.generate(dir.resolve("k.key"), pub);
    SigningKey.generate(by, dir.resolve("by.pub"));
  }

  private Answer trust(String command, Object... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    List<String> line = new java.util.ArrayList<>(List.of("trust", command));
    for (Object arg : args) {
      line.add(arg.toString());
    }
    line.addAll(List.of("--trust", trust.toString()));
    int exit = Main.run(new PrintWriter(out), new PrintWriter(err), line.toArray(String[]::new));
    return new Answer(exit, out.toString(), err.toString());
  }

  @Test
  void listShowsEveryKind() throws Exception {
    trust("add", pub, "--purpose", "custody,policy", "--valid-until", "2027-01-01T00:00:00Z");
    trust("add", "--identity", "ops@example.org", "--issuer", "https://id.example.org");
    trust(
        "add", "--identity-regexp", ".*@example[.]org", "--issuer", "https://id", "--label", "all");

    assertThat(trust("list").out().lines())
        .satisfiesExactlyInAnyOrder(
            line -> assertThat(line)
                .startsWith("trusted  ")
                .contains("k  key for custody, policy, added ")
                .endsWith(", until 2027-01-01T00:00:00Z"),
            line -> assertThat(line).endsWith("identity ops@example.org by https://id.example.org"),
            line -> assertThat(line).endsWith("all  identity like .*@example[.]org by https://id"));
    assertThat(JsonReader.object(trust("list", "--format", "json").out())
            .arr("identities")
            .objects())
        .hasSize(2);
  }

  @Test
  void logShowsWhoChangedWhatAndWhen() {
    trust("add", pub, "--by", by);
    trust("revoke", "k", "--reason", "lost\u001b[31m", "--by", by);

    Answer answer = trust("log", "--key", dir.resolve("by.pub"));

    assertThat(answer.exit()).as(answer.out()).isZero();
    assertThat(answer.out().lines()).hasSize(3);
    assertThat(answer.out())
        .startsWith("TRUSTED SIGNER  20")
        .contains(" add key ")
        .contains(" revoke key ")
        .contains("(k): lost\\u001b[31m  by by.pub")
        .contains("2 events, each signed");
  }

  @Test
  void logOfKeysNobodyVouchesForIsUntrusted() {
    trust("add", pub, "--by", by);

    Answer answer = trust("log");

    assertThat(answer.exit()).isEqualTo(ExitCode.UNTRUSTED);
    assertThat(answer.out()).startsWith("INTACT BUT SIGNER UNKNOWN").contains("ESV-KEY-001");
  }

  @Test
  void logThatWasCutIsTampered() throws Exception {
    trust("add", pub, "--by", by);
    trust("retire", "k", "--by", by);
    Path events = trust.resolve("events.jsonl");
    Files.writeString(events, Files.readAllLines(events).get(0) + "\n");

    Answer answer = trust("log", "--key", dir.resolve("by.pub"), "--format", "json");

    assertThat(answer.exit()).isEqualTo(ExitCode.TAMPERED);
    assertThat(answer.out()).contains("ESV-SIG-002");
  }

  @Test
  void logThatIsGoneIsMissing() throws Exception {
    trust("add", pub, "--by", by);
    Files.delete(trust.resolve("events.jsonl"));

    assertThat(trust("log").exit()).isEqualTo(ExitCode.EVIDENCE_MISSING);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--identity a",
        "--issuer https://id",
        "--identity a --identity-regexp b --issuer c",
        "--identity a --issuer b --site",
        "--identity a --issuer b --purpose custody",
        "--identity-regexp ( --issuer b",
        "k.pub --purpose everything",
        "k.pub --valid-from today",
        "k.pub --valid-from 2027-01-01T00:00:00Z --valid-until 2026-01-01T00:00:00Z"
      })
  void whatDoesNotGoTogetherIsUsage(String args) {
    Object[] line = args.replace("k.pub", pub.toString()).split(" ", -1);

    assertThat(trust("add", line).exit()).isEqualTo(ExitCode.USAGE);
    assertThat(trust.resolve("events.jsonl")).doesNotExist();
  }
}
