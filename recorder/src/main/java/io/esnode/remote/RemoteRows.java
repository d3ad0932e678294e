package io.esnode.remote;

import io.esnode.json.Json;
import io.esnode.kernel.PrintableText;
import io.esnode.kernel.Pseudonyms;
import io.esnode.kernel.RowSink;
import io.esnode.log.LogNames;
import io.esnode.source.Clock;
import io.esnode.source.Moment;
import io.esnode.spool.TextRow;
import io.esnode.wire.Message;
import java.net.URI;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Turns what the process that speaks HTTP says into rows: checks it, bounds it, and replaces the names in it by tokens. That
 * process reads what strangers write, so nothing of what it says is taken for granted. Not thread-safe.
 */
final class RemoteRows {
  /** Stands in the {@code source} column of rows about the process itself. */
  static final String SOURCE = "esnode.remote";

  private static final String LIVE = "live";
  private static final String LABEL = "label:";
  private static final int LONGEST = 2048;
  private static final int LONGEST_NAME = 256;
  private static final int MOST_LABELS = 64;
  private static final int MOST_OPEN_GAPS = 256;

  private static final long LATEST_AHEAD_MICROS = 86_400_000_000L;

  private static final Pattern UUID = Pattern.compile("[0-9A-Fa-f-]{32,36}");

  private final Clock clock;
  private final Moment start;
  private final RowSink sink;
  private final Pseudonyms names;
  private final LogNames texts;
  private final LabelNames labels;
  private final List<String> endpoints;
  private final Words words;

  /** Gaps without an end that the process has told, by metric and reason. */
  private final Map<String, TextRow> open = new LinkedHashMap<>();

  private final RowBudget budget;

  /**
   * Rows of one recording.
   *
   * @param start of the recording: older events have the origin {@code pre_record}
   * @param endpoints in the order of the orders
   * @param node what the cluster calls this node; empty where none is asked
   */
  RemoteRows(
      Clock clock, Moment start, RowSink sink, Pseudonyms names, List<URI> endpoints, String node) {
    this.clock = clock;
    this.start = start;
    this.sink = sink;
    this.names = names;
    this.texts = new LogNames(names);
    this.labels = new LabelNames(names);
    this.budget = new RowBudget(clock, sink);
    this.endpoints = endpoints.stream().map(uri -> shown(uri, names)).toList();
    this.words = new Words(names, node);
  }

  /** An address as it is recorded: hosts other than this one are tokens. */
  static String shown(URI uri, Pseudonyms names) {
    String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
    String path = uri.getRawPath() == null ? "" : uri.getRawPath();
    return uri.getScheme() + "://" + new LabelNames(names).host(uri.getHost()) + port
        + names.text(path) + (uri.getRawQuery() == null ? "" : "?…");
  }

  /** A text about the process itself, with names as rows have them. */
  String text(String text) {
    return texts.text(text);
  }

  void accept(Message.Note note) {
    Moment now = clock.now();
    if (!budget.take(now.tsMicros())) {
      return;
    }
    switch (note.table()) {
      case "app" -> app(note, now);
      case "event" -> event(note, now);
      case "inventory" -> inventory(note, now);
      case "gap" -> gap(note, now);
      default -> {
        // Nothing that it was asked for.
      }
    }
  }

  /** Nothing comes from that process any more: what it lacked is not known to be lacking from now on. */
  void over() {
    Moment now = clock.now();
    open.values().forEach(row -> close(row, now));
    open.clear();
    budget.tell(now.tsMicros());
  }

  private void app(Message.Note note, Moment now) {
    Map<String, String> columns = new HashMap<>();
    columns.put("endpoint", endpoint(note));
    columns.put("name", word(note, "name"));
    put(columns, "type", word(note, "type"));
    Map<String, String> tokens = new TreeMap<>();
    note.texts().forEach((key, value) -> {
      if (key.startsWith(LABEL) && tokens.size() < MOST_LABELS) {
        String label = printable(key.substring(LABEL.length()), LONGEST_NAME);
        tokens.put(label, labels.value(label, cut(value, LONGEST)));
      }
    });
    columns.put("labels", Json.texts(tokens).canonical());
    sink.row(
        new TextRow(
            "app",
            "node",
            "exposition",
            LIVE,
            null,
            ts(note, now),
            columns,
            numbers(note, "value", "sample_ts")),
        mono(note, now));
  }

  private String endpoint(Message.Note note) {
    String place = note.texts().getOrDefault("endpoint", "");
    return place.matches("[0-9]{1,4}") && Integer.parseInt(place) < endpoints.size()
        ? endpoints.get(Integer.parseInt(place))
        : "";
  }

  private void event(Message.Note note, Moment now) {
    String namespace = word(note, "namespace");
    String name = word(note, "object_name");
    boolean pod = word(note, "object_kind").equals("Pod");
    Map<String, String> columns = new HashMap<>(Map.of("event_class", "kubernetes"));
    for (String column : List.of("reason", "severity", "reporter", "object_kind")) {
      put(columns, column, word(note, column));
    }
    String uid = word(note, "object_uid");
    if (pod && UUID.matcher(uid).matches()) {
      columns.put("pod_uid", names.pod(uid));
    }
    String container = word(note, "container");
    if (!container.isEmpty()) {
      columns.put("container", names.name("pod", container));
    }
    put(
        columns,
        "text",
        texts.text(
            words.said(cut(note.texts().getOrDefault("text", ""), LONGEST), namespace, name, pod)));
    long mono = mono(note, now);
    sink.row(
        new TextRow(
            "event",
            pod ? entity(namespace, name) : "node",
            "kubernetes",
            mono < start.monoNanos() ? "pre_record" : LIVE,
            null,
            ts(note, now),
            columns,
            numbers(note, "occurrences_count", "first_ts")),
        mono);
  }

  private void inventory(Message.Note note, Moment now) {
    String container = word(note, "container");
    String item = word(note, "item");
    Map<String, String> columns = new HashMap<>();
    columns.put(
        "item",
        container.isEmpty()
            ? item
            : "container.%s.%s".formatted(names.name("pod", container), item));
    String value = note.texts().get("value");
    if (value != null) {
      columns.put("value", value(word(note, "kind"), printable(value, LONGEST)));
    }
    sink.row(
        new TextRow(
            "inventory",
            entity(word(note, "namespace"), word(note, "object_name")),
            "kubernetes",
            LIVE,
            null,
            ts(note, now),
            columns,
            Map.of()),
        mono(note, now));
  }

  private String value(String kind, String value) {
    return switch (kind) {
      case "POD_UID" -> names.pod(value);
      case "NAME" -> names.name("pod", value);
      case "CONTAINER_ID" -> names.container(value);
      default -> names.text(value);
    };
  }

  private String entity(String namespace, String name) {
    return "pod:%s/%s".formatted(names.name("pod", namespace), names.name("pod", name));
  }

  private void gap(Message.Note note, Moment now) {
    String endpoint = endpoint(note);
    String reason = texts.text(note.texts().getOrDefault("reason", ""));
    Map<String, String> columns = Map.of(
        "metric",
        word(note, "metric"),
        "reason",
        endpoint.isEmpty() ? reason : endpoint + ": " + reason);
    Map<String, Long> numbers = numbers(note, "from_ts", "to_ts");
    TextRow row =
        new TextRow("gap", "node", SOURCE, LIVE, null, numbers.get("from_ts"), columns, numbers);
    String key = columns.toString();
    if (numbers.containsKey("to_ts")) {
      open.remove(key);
    } else if (open.size() < MOST_OPEN_GAPS) {
      open.put(key, row);
    }
    sink.row(row, mono(note, now));
  }

  private void close(TextRow row, Moment now) {
    Map<String, Long> numbers = new HashMap<>(row.numbers());
    numbers.put("to_ts", Math.max(now.tsMicros(), numbers.getOrDefault("from_ts", 0L)));
    sink.row(
        new TextRow("gap", "node", SOURCE, LIVE, null, row.tsMicros(), row.texts(), numbers),
        now.monoNanos());
  }

  private static Map<String, Long> numbers(Message.Note note, String... columns) {
    Map<String, Long> numbers = new HashMap<>();
    for (String column : columns) {
      Long value = note.numbers().get(column);
      if (value != null) {
        numbers.put(column, value);
      }
    }
    return numbers;
  }

  private static long ts(Message.Note note, Moment now) {
    Long ts = note.tsMicros();
    return ts == null || ts < 0 || ts > now.tsMicros() + LATEST_AHEAD_MICROS ? now.tsMicros() : ts;
  }

  private static long mono(Message.Note note, Moment now) {
    return note.monoNanos() < 0 ? now.monoNanos() : Math.min(note.monoNanos(), now.monoNanos());
  }

  private static void put(Map<String, String> columns, String column, String value) {
    if (!value.isEmpty()) {
      columns.put(column, value);
    }
  }

  private static String word(Message.Note note, String key) {
    return printable(note.texts().getOrDefault(key, ""), LONGEST_NAME);
  }

  private static String printable(String text, int most) {
    return PrintableText.of(cut(text, most));
  }

  private static String cut(String text, int most) {
    return text.length() > most ? text.substring(0, most) + " …" : text;
  }
}
