package io.esnode.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.esnode.web.Told;
import io.esnode.web.Trust;
import io.esnode.web.Web;
import io.esnode.wire.Message;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Against a server of this process that speaks TLS. */
@Timeout(60)
class KubernetesNodeTest {
  private static final String PODS = "spec.nodeName=node17";
  private static final String NODE_EVENTS = "involvedObject.kind=Node,involvedObject.name=node17";
  private static final String POD_EVENTS = "involvedObject.kind=Pod";

  @TempDir
  Path dir;

  private final Told told = new Told();
  private final List<Thread> threads = new ArrayList<>();
  private ApiServer server;
  private volatile String token = "first";

  @BeforeEach
  void serve() throws Exception {
    server = new ApiServer(dir);
  }

  @AfterEach
  void end() {
    threads.forEach(Thread::interrupt);
    server.close();
  }

  @Test
  void podsAndTheirEventsAreTold() throws Exception {
    server.list(
        PODS, list("10", pod("train-0", "Running", "GPU-11111111-2222-3333-4444-555555555555")));
    server.list(
        POD_EVENTS,
        list(
            "11",
            event("e1", "Pod", "train-0", "BackOff", 3),
            event("e2", "Pod", "else", "BackOff", 1)));
    server.list(NODE_EVENTS, list("12", event("e3", "Node", "node17", "NodeNotReady", 1)));
    start();
    await(() -> told.of("event").size() >= 2 && !told.of("inventory").isEmpty());

    assertThat(texts("event", "reason")).containsExactlyInAnyOrder("BackOff", "NodeNotReady");
    Message.Note backOff = told.of("event").stream()
        .filter(note -> "BackOff".equals(note.texts().get("reason")))
        .findFirst()
        .orElseThrow();
    assertThat(backOff.texts())
        .containsEntry("namespace", "team")
        .containsEntry("object_name", "train-0")
        .containsEntry("reporter", "kubelet")
        .containsEntry("severity", "Warning")
        .containsEntry("container", "worker");
    assertThat(backOff.numbers()).containsEntry("occurrences_count", 3L);
    assertThat(backOff.tsMicros()).isEqualTo(1_780_999_200_000_000L);
    assertThat(told.of("inventory").stream()
            .map(note -> note.texts().get("container") + ":" + note.texts().get("item") + "="
                + note.texts().get("value")))
        .contains(
            ":pod.uid=209076ce-26d6-4836-981b-8c05cb0081eb",
            ":pod.name=team/train-0",
            ":pod.phase=Running",
            "worker:nvidia.com/gpu=1",
            "worker:restarts=2",
            "worker:last_state=terminated OOMKilled, exit code 137",
            ":gpu.GPU-11111111-2222-3333-4444-555555555555=annotation example.com/gpus");
    assertThat(told.gaps()).isEmpty();
  }

  @Test
  void watchGoesOnFromTheLastThingItSaidAlsoAfterATear() throws Exception {
    server.list(PODS, list("10", pod("train-0", "Pending", "")));
    server.watch(PODS).add(watched("MODIFIED", pod("train-0", "Running", ""), "20"));
    server
        .watch(PODS)
        .add("{\"type\":\"BOOKMARK\",\"object\":{\"metadata\":{\"resourceVersion\":\"30\"}}}");
    server.watch(PODS).add("{\"type\":\"MODIF" + ApiServer.TEAR);
    server.watch(PODS).add(watched("DELETED", pod("train-0", "Running", ""), "40"));
    start();
    await(() -> told.of("inventory").stream()
        .anyMatch(note ->
            "pod.phase".equals(note.texts().get("item")) && !note.texts().containsKey("value")));

    assertThat(told.of("inventory").stream()
            .filter(note -> "pod.phase".equals(note.texts().get("item")))
            .map(note -> String.valueOf(note.texts().get("value"))))
        .containsExactly("Pending", "Running", "null");
    assertThat(server.asked)
        .anyMatch(query -> query.contains(PODS) && query.endsWith("resourceVersion=10"))
        .anyMatch(query -> query.contains(PODS) && query.endsWith("resourceVersion=30"))
        .noneMatch(query -> query.contains(PODS) && query.endsWith("resourceVersion=20"));
  }

  @Test
  void whatTheServerForgotIsListedAgainAndTheGapSaysSo() throws Exception {
    server.list(
        PODS, list("10", pod("old-0", "Running", "")), list("50", pod("new-0", "Running", "")));
    server
        .watch(PODS)
        .add(
            "{\"type\":\"ERROR\",\"object\":{\"kind\":\"Status\",\"code\":410,\"reason\":\"Expired\"}}");
    start();
    await(() -> texts("inventory", "object_name").contains("new-0")
        && told.gaps().stream().anyMatch(gap -> gap.contains("410")));

    assertThat(told.gaps())
        .containsExactly(
            "pods of this node: the API server has forgotten what came meanwhile (410 Gone); listed again.");
    assertThat(told.of("inventory").stream()
            .filter(note -> "old-0".equals(note.texts().get("object_name"))
                && "pod.phase".equals(note.texts().get("item")))
            .map(note -> String.valueOf(note.texts().get("value"))))
        .containsExactly("Running", "null");
  }

  @Test
  void refusedTokenIsAGapUntilItRotates() throws Exception {
    server.list(PODS, list("10", pod("train-0", "Running", "")));
    server.token = "second";
    start();
    await(() -> told.gaps().contains("pods of this node: HTTP 401 Unauthorized"));
    token = "second";
    await(() -> told.gaps().contains("pods of this node: HTTP 401 Unauthorized.")
        && !told.of("inventory").isEmpty());

    assertThat(told.notes().toString()).doesNotContain("first", "second");
  }

  @Test
  void sameEventOfAnotherListIsNotToldAgain() throws Exception {
    server.list(
        NODE_EVENTS,
        list("1", event("e", "Node", "node17", "Rebooted", 1)),
        list("2", event("e", "Node", "node17", "Rebooted", 1)),
        list("3", event("e", "Node", "node17", "Rebooted", 2)));
    for (int i = 0; i < 2; i++) {
      server
          .watch(NODE_EVENTS)
          .add("{\"type\":\"ERROR\",\"object\":{\"code\":410,\"reason\":\"Expired\"}}");
    }
    start();
    await(() -> told.of("event").size() >= 2);

    assertThat(told.of("event").stream().map(note -> note.numbers().get("occurrences_count")))
        .containsExactly(1L, 2L);
  }

  @Test
  void wordOfTheSchedulerCountsWhenThePodComes() throws Exception {
    server.list(POD_EVENTS, list("1", event("e", "Pod", "late-0", "Scheduled", 1)));
    start();
    await(
        () -> server.asked.stream().anyMatch(q -> q.contains(POD_EVENTS) && q.contains("watch=1")));
    server.watch(PODS).add(watched("ADDED", pod("late-0", "Pending", ""), "9"));
    await(() -> !told.of("event").isEmpty());

    assertThat(texts("event", "reason")).containsExactly("Scheduled");
  }

  @Test
  void answerThatIsNoListIsAGap() throws Exception {
    server.list(PODS, "{\"items\":[]}");
    server.list(NODE_EVENTS, "<html>");
    server.list(POD_EVENTS, "403");
    start();
    await(() -> told.gaps().size() >= 3);

    assertThat(told.gaps())
        .anyMatch(gap -> gap.startsWith("pods of this node: a list that is none: "))
        .anyMatch(gap -> gap.startsWith("events of this node: an answer that is not JSON: "))
        .contains("events of pods: HTTP 403");
  }

  private void start() throws Exception {
    KubeApi api = new KubeApi(new Web(Trust.of(server.ca())), server.uri(), () -> token);
    for (Runnable watch :
        new KubernetesNode(api, "node17", Duration.ofMillis(10), told.reports()).watches()) {
      Thread thread = new Thread(watch, "watch");
      thread.setDaemon(true);
      thread.start();
      threads.add(thread);
    }
  }

  private List<String> texts(String table, String column) {
    return told.of(table).stream()
        .map(note -> String.valueOf(note.texts().get(column)))
        .toList();
  }

  private static void await(BooleanSupplier done) {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!done.getAsBoolean() && System.nanoTime() - until < 0) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }
    assertThat(done.getAsBoolean()).isTrue();
  }

  private static String list(String version, String... items) {
    return "{\"kind\":\"List\",\"metadata\":{\"resourceVersion\":\"%s\"},\"items\":[%s]}"
        .formatted(version, String.join(",", items));
  }

  private static String watched(String type, String object, String version) {
    return "{\"type\":\"%s\",\"object\":%s}"
        .formatted(
            type,
            object.replace("\"resourceVersion\":\"1\"", "\"resourceVersion\":\"" + version + "\""))
        .replace("\n", " ");
  }

  private static String pod(String name, String phase, String gpu) {
    return """
        {"metadata":{"name":"%s","namespace":"team","uid":"209076ce-26d6-4836-981b-8c05cb0081eb","resourceVersion":"1",
        "annotations":{"example.com/gpus":"[%s]"}},
        "spec":{"nodeName":"node17","containers":[{"name":"worker","resources":{"limits":{"cpu":"8","nvidia.com/gpu":"1"}}}]},
        "status":{"phase":"%s","containerStatuses":[{"name":"worker","restartCount":2,"state":{"running":{}},
        "lastState":{"terminated":{"reason":"OOMKilled","exitCode":137}}}]}}""".formatted(name, gpu, phase);
  }

  private static String event(String uid, String kind, String name, String reason, int count) {
    return """
        {"metadata":{"name":"x.1","namespace":"team","uid":"%s","resourceVersion":"1"},
        "involvedObject":{"kind":"%s","namespace":"team","name":"%s","fieldPath":"spec.containers{worker}"},
        "reason":"%s","message":"said","type":"Warning","count":%d,"source":{"component":"kubelet"},
        "firstTimestamp":"2026-06-09T09:00:00Z","lastTimestamp":"2026-06-09T10:00:00Z"}""".formatted(uid, kind, name, reason, count);
  }
}
