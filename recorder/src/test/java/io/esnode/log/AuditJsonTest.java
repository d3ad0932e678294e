package io.esnode.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class AuditJsonTest {
  private final Collected to = new Collected();
  private final LogRows rows = to.log("audit_json", AuditJson.SOURCE, "audit");
  private final AuditJson log =
      new AuditJson(Path.of("/a.jsonl"), rows, new LogNames(Collected.keyed()));

  private void read(String... lines) {
    Stream.of(lines)
        .map(line -> line.getBytes(UTF_8))
        .forEach(line -> log.line(line, line.length, 42));
    log.looked(true);
    log.end();
    rows.close(true);
  }

  @Test
  void recordHasTheColumnsOfTheAuditTable() {
    read("""
        {"timestamp":"2026-06-09T12:20:00.5+02:00","level":"AUDIT","event_type":"ENFORCEMENT_ACTION","actor":"alice","target":"GPU-509665ad-b600-ac93-3616-d754b23d636d","action":"throttle_power","parameters":{"limit_watts":300},"result":"success","correlation_id":"c-1","extra":[1,2.5]}""");

    assertThat(to.of("audit").get(0)).satisfies(row -> {
      assertThat(row.tsMicros()).isEqualTo(1_781_000_400_500_000L);
      assertThat(row.texts())
          .containsEntry("action", "json:throttle_power")
          .containsEntry("record_type", "ENFORCEMENT_ACTION")
          .containsEntry("outcome", "success")
          .containsEntry("account", Collected.keyed().name("account", "alice"))
          .containsEntry(
              "detail",
              "{\"correlation_id\":\"c-1\",\"extra\":[1,\"2.5\"],\"parameters\":{\"limit_watts\":300},\"target\":\"GPU-509665ad-b600-ac93-3616-d754b23d636d\"}");
    });
  }

  @Test
  void namesAreTokensAndCommandsAndSecretsAreNotThere() {
    read("""
        {"timestamp":1781000400,"action":"a","parameters":{"user":"alice","uid":1000,"host":"login1","pod":"ns/train","job_name":"llm","command":["rm","-rf"],"password":"hunter2","note":"from 10.1.2.3"}}""");

    assertThat(to.everything())
        .doesNotContain("alice", "1000,", "login1", "train", "llm", "-rf", "hunter2", "10.1.2.3");
    assertThat(to.texts("audit", "detail").get(0))
        .contains("\"command\":\"[left out]\"", "\"password\":\"[left out]\"", "\"user\":\"a-");
  }

  @Test
  void fileCannotClaimAnActionOfTheRecorder() {
    read("{\"timestamp\":1781000400,\"action\":\"recorder.stopped\"}");

    assertThat(to.texts("audit", "action"))
        .containsExactly("json:recorder.stopped", "audit_json.read");
  }

  @Test
  void malformedLinesAreOneGapThatCountsThem() {
    read("{\"a\":1", "[]", "{\"a\":1,\"a\":2}", "{\"level\":\"INFO\"}");

    assertThat(to.gaps())
        .containsExactly("/a.jsonl: 3 lines are no JSON objects, the first at byte 42");
    assertThat(to.texts("audit", "detail")).containsExactly("4 records; 0 recorded, 3 unreadable");
  }

  @Test
  void recordWithoutATimeHasThatOfReadingAndSaysSo() {
    read("{\"timestamp\":\"yesterday\",\"action\":\"a\"}");

    assertThat(to.of("audit").get(0).tsMicros()).isEqualTo(Collected.NOW.tsMicros());
    assertThat(to.texts("audit", "detail").get(0)).contains("the time is that of reading");
  }

  @Test
  void detailIsBoundedAndStaysJson() {
    read("{\"timestamp\":1781000400000,\"action\":\"a\",\"big\":\"%s\",\"small\":1}"
        .formatted("x ".repeat(3000)));

    assertThat(to.texts("audit", "detail").get(0)).isEqualTo("{\"esnode_left_out\":1,\"small\":1}");
  }
}
