package io.esnode.exposition;

import io.esnode.source.Moment;
import io.esnode.web.HttpException;
import io.esnode.web.Reports;
import io.esnode.web.Request;
import io.esnode.web.Response;
import io.esnode.web.Web;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Asks one endpoint for its metrics, again and again, on a thread of its own. */
public final class AppEndpoint implements Runnable {
  /** An answer that takes longer than that is none. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final int MOST_BYTES = 4 << 20;
  private static final int OK = 200;
  private static final int REDIRECTS = 300;
  private static final int ERRORS = 400;
  private static final String TABLE = "app";
  private static final String ACCEPT =
      "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5";

  private final Web web;
  private final URI uri;
  private final String place;
  private final Duration interval;
  private final ExpositionLimits limits;
  private final Reports reports;
  private final ChangedSamples changed = new ChangedSamples();

  /**
   * An endpoint about to be asked.
   *
   * @param place of the URL in the recorder's list: the rows carry that
   * @param series taken of one answer at most
   */
  public AppEndpoint(Web web, URI uri, int place, Duration interval, int series, Reports reports) {
    this.web = web;
    this.uri = uri;
    this.place = Integer.toString(place);
    this.interval = interval;
    this.limits = ExpositionLimits.of(series);
    this.reports = reports;
  }

  @Override
  public void run() {
    long due = System.nanoTime();
    while (!Thread.currentThread().isInterrupted()) {
      scrape();
      long now = System.nanoTime();
      due += interval.toNanos();
      if (now - due > 0) {
        due = now;
      }
      for (long left = due - now; left > 0; left = due - System.nanoTime()) {
        LockSupport.parkNanos(left);
      }
    }
  }

  void scrape() {
    Exposition exposition;
    Moment at;
    try (Response response = web.open(request())) {
      refuse(response.status());
      byte[] text = response.bytes(MOST_BYTES);
      at = reports.now();
      exposition = ExpositionReader.read(
          text,
          response
              .header("content-type")
              .toLowerCase(Locale.ROOT)
              .startsWith("application/openmetrics-text"),
          limits);
    } catch (IOException e) {
      trouble("scrape", String.valueOf(e.getMessage()));
      return;
    }
    trouble("scrape", null);
    ChangedSamples.Changes changes = changed.of(exposition);
    changes.rows().forEach(sample -> row(sample, at, true));
    changes.gone().forEach(sample -> row(sample, at, false));
    trouble(
        "text", exposition.troubles().isEmpty() ? null : String.join("; ", exposition.troubles()));
  }

  private Request request() {
    Duration whole = interval.compareTo(PATIENCE) < 0 ? interval : PATIENCE;
    return new Request(uri, Map.of("Accept", ACCEPT), whole, whole);
  }

  private static void refuse(int status) throws HttpException {
    if (status >= REDIRECTS && status < ERRORS) {
      throw new HttpException("HTTP %d: redirects are not followed".formatted(status));
    }
    if (status != OK) {
      throw new HttpException("HTTP %d".formatted(status));
    }
  }

  private void trouble(String kind, @Nullable String why) {
    reports.problem(place + " " + kind, TABLE, Map.of("endpoint", place), why);
  }

  private void row(Sample sample, Moment at, boolean there) {
    Map<String, String> texts = new HashMap<>();
    texts.put("endpoint", place);
    texts.put("name", sample.name());
    String type = sample.type();
    if (type != null) {
      texts.put("type", type);
    }
    sample.labels().forEach((name, value) -> texts.put("label:" + name, value));
    Map<String, Long> numbers = new HashMap<>();
    if (there) {
      numbers.put("value", Double.doubleToRawLongBits(sample.value()));
      Long ts = sample.tsMicros();
      if (ts != null) {
        numbers.put("sample_ts", ts);
      }
    }
    reports.row(TABLE, at, texts, numbers);
  }
}
