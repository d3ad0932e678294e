package io.esnode.kubernetes;

import io.esnode.json.Json;
import io.esnode.json.JsonException;
import io.esnode.json.JsonReader;
import io.esnode.source.Moment;
import io.esnode.web.HttpException;
import io.esnode.web.Reports;
import io.esnode.web.Response;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Lists a resource, watches it from there on, and begins again where the server has forgotten what came in between (410 Gone).
 * Whatever goes wrong is a gap and asked again, later and later. A thread of its own runs it.
 */
final class ListWatch implements Runnable {
  private static final String METRIC = "kubernetes";
  private static final int PAGE = 100;
  private static final int MOST_ITEMS = 5_000;
  private static final int WATCH_SECONDS = 240;
  private static final int MOST_LINE_BYTES = 2 << 20;
  private static final int BUFFER_BYTES = 16 << 10;
  private static final Duration LAST_BACK_OFF = Duration.ofSeconds(60);

  private final KubeApi api;
  private final String resource;
  private final String selector;
  private final String what;
  private final Duration firstBackOff;
  private final Watched watched;
  private final Reports reports;
  private Duration backOff;
  /** Where the watch goes on; null where it has to begin with a list. */
  private @Nullable String version;

  /** When the objects were last known to be complete; the gap that a 410 leaves begins there. */
  private long currentTs;

  /**
   * A resource about to be watched.
   *
   * @param resource e.g. {@code /api/v1/pods}
   * @param selector fieldSelector
   * @param what it is called in gap rows
   */
  ListWatch(
      KubeApi api,
      String resource,
      String selector,
      String what,
      Duration firstBackOff,
      Watched watched,
      Reports reports) {
    this.api = api;
    this.resource = resource;
    this.selector = selector;
    this.what = what;
    this.firstBackOff = firstBackOff;
    this.backOff = firstBackOff;
    this.watched = watched;
    this.reports = reports;
  }

  @Override
  public void run() {
    while (!Thread.currentThread().isInterrupted()) {
      if (!turn()) {
        LockSupport.parkNanos(backOff.toNanos());
        Duration twice = backOff.multipliedBy(2);
        backOff = twice.compareTo(LAST_BACK_OFF) > 0 ? LAST_BACK_OFF : twice;
      }
    }
  }

  /**
   * Lists where that is due, and watches until the server has enough.
   *
   * @return false where the next turn has to wait: something went wrong, or it would be a list after a list
   */
  private boolean turn() {
    boolean resumes = version != null;
    try {
      String from = version;
      if (from == null) {
        from = list();
        version = from;
      }
      long began = System.nanoTime();
      watch(from);
      // A server that ends every watch at once is not asked again at once.
      return System.nanoTime() - began > firstBackOff.toNanos();
    } catch (KubeApi.StatusException e) {
      if (e.code() == KubeApi.GONE) {
        gone();
        return resumes;
      }
      problem(String.valueOf(e.getMessage()));
    } catch (IOException e) {
      problem(String.valueOf(e.getMessage()));
    }
    return false;
  }

  private void gone() {
    version = null;
    Moment now = reports.now();
    reports.gap(
        METRIC,
        Map.of(),
        what + ": the API server has forgotten what came meanwhile (410 Gone); listed again",
        Math.min(currentTs, now.tsMicros()),
        now.tsMicros());
  }

  private void well() {
    backOff = firstBackOff;
    currentTs = reports.now().tsMicros();
    problem(null);
  }

  private void problem(@Nullable String why) {
    reports.problem(what, METRIC, Map.of(), why == null ? null : what + ": " + why);
  }

  private String list() throws IOException {
    List<Json.Obj> items = new ArrayList<>();
    String more = "";
    try {
      while (true) {
        Json.Obj page = api.get("%s?fieldSelector=%s&limit=%d%s"
            .formatted(
                resource,
                encoded(selector),
                PAGE,
                more.isEmpty() ? "" : "&continue=" + encoded(more)));
        items.addAll(page.arr("items").objects());
        Json.Obj metadata = page.obj("metadata");
        String next = metadata.textOrNull("continue");
        more = next == null ? "" : next;
        if (items.size() > MOST_ITEMS) {
          throw new HttpException("more than %d objects".formatted(MOST_ITEMS));
        }
        if (more.isEmpty()) {
          String at = metadata.text("resourceVersion");
          watched.listed(items);
          well();
          return at;
        }
      }
    } catch (JsonException e) {
      throw new HttpException("a list that is none: " + e.getMessage(), e);
    }
  }

  private void watch(String from) throws IOException {
    String path =
        "%s?fieldSelector=%s&watch=1&allowWatchBookmarks=true&timeoutSeconds=%d&resourceVersion=%s"
            .formatted(resource, encoded(selector), WATCH_SECONDS, encoded(from));
    try (Response response = api.watch(path)) {
      well();
      InputStream in = new BufferedInputStream(response.body(), BUFFER_BYTES);
      for (byte[] line = line(in); line != null; line = line(in)) {
        event(line);
      }
    }
  }

  /** Null where the answer is over; what stands after the last line end comes again. */
  private static byte @Nullable [] line(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        return null;
      }
      if (line.size() == MOST_LINE_BYTES) {
        throw new HttpException("an event of more than %d bytes".formatted(MOST_LINE_BYTES));
      }
      line.write(b);
    }
    return line.toByteArray();
  }

  private void event(byte[] line) throws IOException {
    if (line.length == 0) {
      return;
    }
    try {
      Json.Obj event = JsonReader.object(line);
      String type = event.text("type");
      Json.Obj object = event.obj("object");
      switch (type) {
        case "ADDED", "MODIFIED" -> watched.seen(object);
        case "DELETED" -> watched.deleted(object);
        case "BOOKMARK" -> currentTs = reports.now().tsMicros();
        case "ERROR" ->
          throw new KubeApi.StatusException(
              (int) Math.max(0, Math.min(999, object.integer("code"))),
              KubeApi.word(object.textOrNull("reason")));
        default -> throw new HttpException("a watch event of no known type");
      }
      version = object.obj("metadata").text("resourceVersion");
    } catch (JsonException e) {
      throw new HttpException("a watch event that is none: " + e.getMessage(), e);
    }
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
