package io.esnode.kubernetes;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.esnode.json.Json;
import io.esnode.json.JsonException;
import io.esnode.json.JsonReader;
import io.esnode.web.Told;
import java.util.List;

/** Whatever an API server sends, reading it ends without an exception, and words are words. */
class KubernetesFuzzTest {
  private static final String EVENT =
      "{\"metadata\":{\"uid\":\"u\"},\"involvedObject\":{\"kind\":\"Pod\",\"fieldPath\":\"spec.containers{a}\"},"
          + "\"reason\":\"R\",\"count\":1e3,\"series\":{\"count\":2,\"lastObservedTime\":\"2026-06-09T10:00:00Z\"},\"message\":\"m\"}";
  private static final String POD =
      "{\"metadata\":{\"name\":\"p\",\"annotations\":{\"a/b\":\"GPU-11111111-2222-3333-4444-555555555555\"}},"
          + "\"spec\":{\"containers\":[{\"name\":\"c\",\"resources\":{\"limits\":{\"nvidia.com/gpu\":\"1\"}}}]},"
          + "\"status\":{\"phase\":\"Running\",\"containerStatuses\":[{\"name\":\"c\",\"restartCount\":1,\"state\":{\"waiting\":{\"reason\":\"x\"}}}]}}";

  @FuzzTest
  void objects(byte[] data) {
    check(new String(data, UTF_8));
    for (String object : List.of(EVENT, POD)) {
      int cut = data.length == 0 ? 0 : (data[0] & 0xff) % object.length();
      check(object.substring(0, cut) + new String(data, UTF_8) + object.substring(cut));
    }
  }

  private static void check(String text) {
    Json.Obj object;
    try {
      object = JsonReader.object(text);
    } catch (JsonException e) {
      return;
    }
    Told told = new Told();
    Events events = new Events(told.reports(), event -> true);
    events.listed(List.of(object, object));
    Pods pods = new Pods(told.reports());
    pods.listed(List.of(object));
    pods.deleted(object);
    told.of("event")
        .forEach(note -> assertThat(note.texts().getOrDefault("reason", "a"))
            .matches("[A-Za-z0-9.:/_-]{1,128}"));
  }
}
