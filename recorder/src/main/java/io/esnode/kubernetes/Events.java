package io.esnode.kubernetes;

import io.esnode.json.Json;
import io.esnode.source.Moment;
import io.esnode.web.Reports;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Kubernetes Events as rows of table {@code event}: one when it is new, one more each time it happened again. Thread-safe. */
final class Events implements Watched {
  private static final String TABLE = "event";
  private static final int REMEMBERED = 4096;
  private static final int UNDECIDED = 256;

  private static final Pattern WORD = Pattern.compile("[A-Za-z0-9.:/_-]{1,128}");

  /** {@code spec.containers{train}}, {@code spec.initContainers{fetch}}. */
  private static final Pattern CONTAINER =
      Pattern.compile("spec\\.[A-Za-z]{1,32}\\{([a-z0-9.-]{1,253})}");

  private final Reports reports;
  private final Predicate<Json.Obj> wanted;

  /** When an event happened last, by its uid: the same event comes again with every list. */
  private final Map<String, String> told = new Latest<>(REMEMBERED);

  /** Events of pods that are not here, or not here yet: the scheduler's word may come before the pod. */
  private final Map<String, Json.Obj> undecided = new Latest<>(UNDECIDED);

  private long beforeBoot;

  /** @param wanted whether an event is of this node */
  Events(Reports reports, Predicate<Json.Obj> wanted) {
    this.reports = reports;
    this.wanted = wanted;
  }

  @Override
  public synchronized void listed(List<Json.Obj> items) {
    long before = beforeBoot;
    items.forEach(this::seen);
    if (beforeBoot > before) {
      Moment now = reports.now();
      reports.gap(
          "kubernetes",
          Map.of(),
          "%d events are older than this boot and have no place on its clock"
              .formatted(beforeBoot - before),
          now.tsMicros() - now.monoNanos() / 1_000,
          now.tsMicros() - now.monoNanos() / 1_000);
    }
  }

  @Override
  public synchronized void seen(Json.Obj event) {
    String uid = Fields.text(Fields.object(event, "metadata"), "uid");
    if (!wanted.test(event)) {
      undecided.put(uid, event);
      return;
    }
    Long count = count(event);
    Long last = last(event);
    String version = count + " " + last;
    if (!version.equals(told.put(uid, version))) {
      row(event, count, last);
    }
  }

  /** A pod has come: what was said of it before is looked at again. */
  synchronized void podArrived() {
    List<Json.Obj> again = undecided.values().stream().filter(wanted).toList();
    again.forEach(event -> undecided.remove(Fields.text(Fields.object(event, "metadata"), "uid")));
    again.forEach(this::seen);
  }

  @Override
  public void deleted(Json.Obj event) {
    // The API server forgets events after an hour; they happened all the same.
  }

  private void row(Json.Obj event, @Nullable Long count, @Nullable Long last) {
    Moment now = reports.now();
    long agoNanos = last == null ? 0 : Math.max(0, now.tsMicros() - last) * 1_000;
    if (agoNanos > now.monoNanos()) {
      beforeBoot++;
      return;
    }
    Json.Obj about = Fields.object(event, "involvedObject");
    Map<String, String> texts = new HashMap<>();
    word(texts, "reason", Fields.text(event, "reason"));
    word(texts, "severity", Fields.text(event, "type"));
    String reporter = Fields.text(Fields.object(event, "source"), "component");
    word(
        texts,
        "reporter",
        reporter.isEmpty() ? Fields.text(event, "reportingComponent") : reporter);
    word(texts, "object_kind", Fields.text(about, "kind"));
    texts.put("namespace", Fields.text(about, "namespace"));
    texts.put("object_name", Fields.text(about, "name"));
    texts.put("object_uid", Fields.text(about, "uid"));
    texts.put("host", Fields.text(Fields.object(event, "source"), "host"));
    texts.put("text", Fields.text(event, "message"));
    Matcher container = CONTAINER.matcher(Fields.text(about, "fieldPath"));
    if (container.matches()) {
      texts.put("container", container.group(1));
    }
    Map<String, Long> numbers = new HashMap<>();
    if (count != null) {
      numbers.put("occurrences_count", count);
    }
    Long first = Fields.time(event, "firstTimestamp");
    Long since = first == null ? Fields.time(event, "eventTime") : first;
    if (since != null) {
      numbers.put("first_ts", since);
    }
    reports.row(TABLE, last, now.monoNanos() - agoNanos, texts, numbers);
  }

  private static @Nullable Long count(Json.Obj event) {
    Long series = Fields.number(Fields.object(event, "series"), "count");
    return series == null ? Fields.number(event, "count") : series;
  }

  /** The newer ways of writing an event and the older one have it in different places. */
  private static @Nullable Long last(Json.Obj event) {
    Long series = Fields.time(Fields.object(event, "series"), "lastObservedTime");
    Long last = series == null ? Fields.time(event, "lastTimestamp") : series;
    Long once = last == null ? Fields.time(event, "eventTime") : last;
    return once == null ? Fields.time(Fields.object(event, "metadata"), "creationTimestamp") : once;
  }

  private static void word(Map<String, String> texts, String column, String value) {
    if (WORD.matcher(value).matches()) {
      texts.put(column, value);
    }
  }
}
