package io.esnode.remote;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.esnode.kernel.Pseudonyms;
import io.esnode.metric.Metric;
import io.esnode.metric.Registry;
import io.esnode.metric.Table;
import io.esnode.source.Moment;
import io.esnode.spool.TextRow;
import io.esnode.wire.Message;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RemoteRowsTest {
  private static final Moment NOW = new Moment(1_781_000_600_000_000L, 3_600_000_000_000L, 0);
  private static final Pseudonyms NAMES =
      Pseudonyms.keyed("k".repeat(32).getBytes(US_ASCII), "node17", "n-0");

  private final List<TextRow> rows = new ArrayList<>();
  private final RemoteRows intake = intake(NAMES);

  @Test
  void labelsThatNamePodsHostsAndAccountsAreTokensAndOthersStay() {
    intake.accept(note(
        "app",
        Map.of(
            "endpoint", "0",
            "name", "DCGM_FI_DEV_GPU_TEMP",
            "type", "gauge",
            "label:pod", "train-0",
            "label:namespace", "team",
            "label:Hostname", "node17",
            "label:instance", "10.1.2.3:9400",
            "label:username", "alice",
            "label:gpu", "3",
            "label:UUID", "GPU-11111111-2222-3333-4444-555555555555"),
        Map.of("value", 5L)));

    String labels = String.valueOf(rows.get(0).texts().get("labels"));
    assertThat(labels)
        .contains(
            "\"UUID\":\"GPU-11111111-2222-3333-4444-555555555555\"",
            "\"gpu\":\"3\"",
            "\"Hostname\":\"n-0\"",
            "\"pod\":\"" + NAMES.name("pod", "train-0") + "\"",
            "\"instance\":\"" + NAMES.text("10.1.2.3") + ":9400\"")
        .doesNotContain("train", "team", "alice", "node17", "10.1.2.3");
    assertThat(rows.get(0).numbers()).containsEntry("value", 5L);
    assertThat(rows.get(0).texts())
        .containsEntry("endpoint", "http://127.0.0.1:9400/metrics")
        .containsEntry("name", "DCGM_FI_DEV_GPU_TEMP");
    ofTheRegistry();
  }

  @Test
  void hostOfAnEndpointIsATokenUnlessItIsThisOne() {
    assertThat(RemoteRows.shown(URI.create("http://gpu-metrics.example.com:80/m?key=s"), NAMES))
        .isEqualTo("http://" + NAMES.name("host", "gpu-metrics.example.com") + ":80/m?…");
    assertThat(RemoteRows.shown(URI.create("http://[::1]:80/m"), NAMES))
        .isEqualTo("http://[::1]:80/m");
  }

  @Test
  void eventJoinsControlGroupsByTheUidOfItsPod() {
    String uid = "209076ce-26d6-4836-981b-8c05cb0081eb";
    intake.accept(note(
        "event",
        Map.of(
            "reason", "Scheduled",
            "severity", "Normal",
            "reporter", "default-scheduler",
            "object_kind", "Pod",
            "namespace", "team",
            "object_name", "train-0",
            "object_uid", uid,
            "container", "worker",
            "text",
                "Successfully assigned team/train-0 to node17.example, not train-01; pod=train-0_team("
                    + uid + ")"),
        Map.of("occurrences_count", 1L)));

    TextRow row = rows.get(0);
    String pod = NAMES.name("pod", "team") + "/" + NAMES.name("pod", "train-0");
    assertThat(row.entity()).isEqualTo("pod:" + pod);
    assertThat(row.texts())
        .containsEntry("event_class", "kubernetes")
        .containsEntry("pod_uid", NAMES.pod(uid))
        .containsEntry("container", NAMES.name("pod", "worker"));
    assertThat(row.texts().get("text"))
        .startsWith("Successfully assigned " + pod + " to ")
        .contains("not train-01")
        .doesNotContain("train-0 ", "train-0_", "team", "node17", uid);
    ofTheRegistry();
  }

  @Test
  void podIsAnEntityWithFactsWhoseNamesAreTokens() {
    Map<String, String> worker = Map.of(
        "namespace",
        "team",
        "object_name",
        "train-0",
        "container",
        "worker",
        "item",
        "id",
        "kind",
        "CONTAINER_ID",
        "value",
        "c".repeat(64));
    intake.accept(note("inventory", worker, Map.of()));
    intake.accept(note(
        "inventory",
        Map.of(
            "namespace",
            "team",
            "object_name",
            "train-0",
            "container",
            "",
            "item",
            "pod.owner",
            "kind",
            "NAME"),
        Map.of()));

    assertThat(rows.get(0).texts())
        .containsEntry("item", "container." + NAMES.name("pod", "worker") + ".id")
        .containsEntry("value", NAMES.container("c".repeat(64)));
    assertThat(rows.get(1).texts()).doesNotContainKey("value");
    ofTheRegistry();
  }

  @Test
  void clearNamesStayWhereTheyWereChosen() {
    intake(Pseudonyms.clear())
        .accept(note(
            "event",
            Map.of(
                "object_kind",
                "Pod",
                "namespace",
                "team",
                "object_name",
                "train-0",
                "text",
                "train-0 x"),
            Map.of()));

    assertThat(rows.get(0).entity()).isEqualTo("pod:team/train-0");
    assertThat(rows.get(0).texts()).containsEntry("text", "train-0 x");
  }

  @Test
  void gapThatTheProcessLeftOpenEndsWithIt() {
    Map<String, String> gap =
        Map.of("metric", "app", "endpoint", "0", "reason", "Connection refused");
    intake.accept(note("gap", gap, Map.of("from_ts", NOW.tsMicros() - 5)));
    intake.over();
    intake.over();

    assertThat(rows).hasSize(2);
    assertThat(rows.get(1).texts())
        .isEqualTo(rows.get(0).texts())
        .containsEntry("reason", "http://127.0.0.1:9400/metrics: Connection refused");
    assertThat(rows.get(1).numbers()).containsEntry("to_ts", NOW.tsMicros());
  }

  @Test
  void processThatLiesIsHeldToWhatCanBe() {
    intake.accept(new Message.Note(
        "event",
        "gpu:x",
        "nvml",
        "simulated",
        7L,
        Long.MAX_VALUE,
        Long.MAX_VALUE,
        Map.of("object_kind", "Pod\u001b[2J", "text", "\u202e" + "x".repeat(9000), "made_up", "y"),
        Map.of("made_up", 1L, "first_ts", 2L)));
    intake.accept(note("audit", Map.of("action", "recorder.stopped"), Map.of()));
    intake.accept(note("app", Map.of("endpoint", "99", "label:a\u0000b", "\u0007"), Map.of()));

    assertThat(rows).hasSize(2);
    TextRow row = rows.get(0);
    assertThat(row.entity()).isEqualTo("node");
    assertThat(row.origin()).isEqualTo("live");
    assertThat(row.tsMicros()).isEqualTo(NOW.tsMicros());
    assertThat(row.numbers()).containsOnlyKeys("first_ts");
    assertThat(String.valueOf(row.texts().get("text"))).hasSizeLessThan(2200);
    ofTheRegistry();
    rows.forEach(each -> each.texts()
        .values()
        .forEach(text -> assertThat(text.codePoints()
                .filter(c -> Character.isISOControl(c) || Character.getType(c) == Character.FORMAT))
            .isEmpty()));
  }

  @Test
  void floodIsCountedNotCopied() {
    for (int i = 0; i < 20_010; i++) {
      intake.accept(note("app", Map.of("endpoint", "0", "name", "a"), Map.of("value", (long) i)));
    }
    intake.over();

    assertThat(rows).hasSize(20_001);
    assertThat(rows.get(20_000).texts().get("reason"))
        .isEqualTo("10 rows left out: more than 20000 in 10 s");
  }

  private void ofTheRegistry() {
    for (TextRow row : rows) {
      Table table = Registry.get().table(row.table());
      row.texts()
          .keySet()
          .forEach(column -> assertThat(type(table, column)).isEqualTo(Metric.Type.TEXT));
      row.numbers().keySet().forEach(column -> assertThat(type(table, column)).isNotNull());
    }
  }

  private static Metric.@Nullable Type type(Table table, String column) {
    return table.find(column).map(Metric::type).orElse(null);
  }

  private RemoteRows intake(Pseudonyms names) {
    return new RemoteRows(
        () -> NOW,
        NOW,
        (row, mono) -> rows.add(row),
        names,
        List.of(URI.create("http://127.0.0.1:9400/metrics")),
        "node17.example");
  }

  private static Message.Note note(
      String table, Map<String, String> texts, Map<String, Long> numbers) {
    return new Message.Note(
        table,
        "node",
        "",
        "live",
        null,
        NOW.tsMicros(),
        NOW.monoNanos(),
        new HashMap<>(texts),
        numbers);
  }
}
