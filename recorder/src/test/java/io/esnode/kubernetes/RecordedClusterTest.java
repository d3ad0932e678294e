package io.esnode.kubernetes;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.esnode.json.Json;
import io.esnode.json.JsonReader;
import io.esnode.source.Moment;
import io.esnode.web.Told;
import io.esnode.wire.Message;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

/** What kubectl printed of clusters with a fault; skipped where the data set is not beside the checkout. */
class RecordedClusterTest {
  private static final Path SET = Path.of("../../shared/datasets/kubernetes_events/open");

  /** The events are of 2023. */
  private static final Moment UP_FOR_YEARS =
      new Moment(1_781_000_600_000_000L, 200_000_000_000_000_000L, 0);

  private final Told told = new Told();

  @Test
  void everyEventOfAnImagePullFailureIsToldOnceWithItsTime() throws Exception {
    List<Json.Obj> items = items("events__message-image-pull-fail.json.gz");

    Events events = new Events(told.reports(() -> UP_FOR_YEARS), event -> true);
    events.listed(items);
    events.listed(items);

    List<Message.Note> rows = told.of("event");
    assertThat(told.gaps()).isEmpty();
    assertThat(rows).hasSize(17).allSatisfy(row -> {
      assertThat(row.tsMicros()).isBetween(1_688_000_000_000_000L, 1_690_000_000_000_000L);
      assertThat(row.texts()).containsKeys("reason", "reporter", "severity");
    });
    assertThat(rows.stream().map(row -> row.texts().get("reason")))
        .contains("Scheduled", "Pulling", "Failed", "BackOff");
  }

  @Test
  void podInACrashLoopSaysSo() throws Exception {
    Json.Obj pod = items("pods__message-pod-crashloop-backoff.json.gz").get(0);

    assertThat(PodFacts.of(pod))
        .contains(
            new PodFact("pod.phase", "", PodFact.Kind.PLAIN, "Running"),
            new PodFact("restarts", "nginx", PodFact.Kind.PLAIN, "4"),
            new PodFact("state", "nginx", PodFact.Kind.PLAIN, "waiting CrashLoopBackOff"),
            new PodFact(
                "last_state",
                "nginx",
                PodFact.Kind.PLAIN,
                "terminated ContainerCannotRun, exit code 127"),
            new PodFact(
                "id",
                "nginx",
                PodFact.Kind.CONTAINER_ID,
                "c04bcccbdc5eee8f0fc1b88c85c9b31e79f963dbee75fda97c022938222c8d90"));
  }

  @Test
  void everyRecordedPodHasANameAndAUid() throws Exception {
    assumeTrue(Files.isDirectory(SET), SET + " is not there");
    try (var files = Files.list(SET)) {
      for (Path file : files.filter(f -> f.toString().contains("pods__")).toList()) {
        for (Json.Obj pod : items(String.valueOf(file.getFileName()))) {
          assertThat(PodFacts.of(pod))
              .extracting(PodFact::item)
              .contains("pod.uid", "pod.name", "pod.phase");
        }
      }
    }
  }

  private static List<Json.Obj> items(String name) throws Exception {
    assumeTrue(Files.isDirectory(SET), SET + " is not there");
    return JsonReader.object(text(SET.resolve(name))).arr("items").objects();
  }

  private static String text(Path file) throws IOException {
    try (InputStream in = new GZIPInputStream(Files.newInputStream(file))) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }
}
