package io.esnode.capture;

import io.esnode.nvml.Nvml;
import io.esnode.timeline.PlayedNvml;
import io.esnode.timeline.Timeline;
import io.esnode.timeline.TimelineException;
import io.esnode.timeline.VirtualClock;
import io.esnode.wire.Message;
import io.esnode.wire.WireReader;
import io.esnode.wire.WireWriter;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongConsumer;

/** A stepped capture of a timeline, and what it sent. */
final class Captured {
  static final long START_NANOS = 5_000_000_000_000L;
  static final long SECOND_NANOS = 1_000_000_000;

  /** A row as it was sent. */
  record Sent(String table, long tick, long tsMicros, String entity, Map<String, Long> values) {}

  private final Nvml nvml;
  private final LongConsumer player;
  private final long epochMicros;
  private final SteppedClock clock = new SteppedClock(0, 0);
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final SteppedCapture capture;
  private final List<Message> messages = new ArrayList<>();
  private final List<Sent> rows = new ArrayList<>();
  private int read;

  private Captured(Nvml nvml, LongConsumer player, long epochMicros, CaptureOptions options) {
    this.nvml = nvml;
    this.player = player;
    this.epochMicros = epochMicros;
    capture = new SteppedCapture(nvml, clock, options, new WireWriter(Channels.newChannel(bytes)));
  }

  /** @param timeline statements, without the first line */
  static Captured played(int header, Path root, String... timeline) throws IOException {
    return played(header, options(root, Set.of()), timeline);
  }

  static Captured played(int header, CaptureOptions options, String... timeline)
      throws IOException {
    try {
      Timeline parsed = Timeline.parse(
          "test.timeline",
          "esnode.timeline/1\ngpu 0 name NVIDIA H100 80GB HBM3\n" + String.join("\n", timeline));
      VirtualClock time = new VirtualClock(0);
      return new Captured(
          new PlayedNvml(parsed, header, time), time::set, parsed.epochMicros(), options);
    } catch (TimelineException e) {
      throw new IOException(e);
    }
  }

  /** @param player told the time of the timeline, in ms, before every tick */
  static Captured of(Nvml nvml, LongConsumer player, Path root) {
    return new Captured(nvml, player, 1_700_000_000_000_000L, options(root, Set.of()));
  }

  static CaptureOptions options(Path root, Set<String> without) {
    return new CaptureOptions(
        START_NANOS,
        SECOND_NANOS,
        root,
        without,
        new byte[CaptureOptions.NONCE_BYTES],
        Duration.ofMillis(500));
  }

  /** Starts, runs the given ticks of a second each, and ends. */
  Captured run(int ticks) throws IOException {
    start();
    for (int tick = 0; tick < ticks; tick++) {
      tick(tick);
    }
    capture.finish("end of the test");
    read();
    return this;
  }

  void start() throws IOException {
    at(0);
    capture.start();
    read();
  }

  void tick(long tick) throws IOException {
    at(tick * 1_000);
    capture.tick(tick);
    read();
  }

  private void at(long ms) {
    player.accept(ms);
    clock.set(START_NANOS + ms * 1_000_000, epochMicros + ms * 1_000);
  }

  private void read() throws IOException {
    byte[] all = bytes.toByteArray();
    bytes.reset();
    read += all.length;
    WireReader reader = new WireReader(Channels.newChannel(new ByteArrayInputStream(all)));
    for (Message message = reader.next(); message != null; message = reader.next()) {
      if (message instanceof Message.Rows view) {
        copy(view);
      } else {
        messages.add(message);
      }
    }
  }

  private void copy(Message.Rows view) {
    Message.Layout layout = all(Message.Session.class).get(0).tables().get(view.table());
    for (int row = 0; row < view.rows(); row++) {
      Map<String, Long> values = new TreeMap<>();
      for (int column = 0; column < layout.columns().size(); column++) {
        if (view.present(row, column)) {
          values.put(layout.columns().get(column), view.value(row, column));
        }
      }
      rows.add(new Sent(layout.table(), view.tick(), view.tsMicros(), view.entity(row), values));
    }
  }

  Nvml nvml() {
    return nvml;
  }

  List<Message> messages() {
    return messages;
  }

  <T extends Message> List<T> all(Class<T> type) {
    return messages.stream().filter(type::isInstance).map(type::cast).toList();
  }

  List<Sent> rows() {
    return rows;
  }

  List<Sent> rows(String table) {
    return rows.stream().filter(row -> row.table().equals(table)).toList();
  }

  List<Sent> rows(String table, String entity) {
    return rows.stream()
        .filter(row -> row.table().equals(table) && row.entity().equals(entity))
        .toList();
  }

  List<Message.Note> notes(String table) {
    return all(Message.Note.class).stream()
        .filter(note -> note.table().equals(table))
        .toList();
  }

  /** Reasons of a metric's absences in the order they were sent. */
  List<String> reasons(String metric) {
    return all(Message.Absences.class).stream()
        .flatMap(list -> list.absences().stream())
        .filter(absence -> absence.metric().equals(metric))
        .map(Message.Absence::reason)
        .toList();
  }

  /** Bytes sent so far. */
  int sent() {
    return read;
  }
}
