package io.esnode.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.esnode.capture.CaptureOptions;
import io.esnode.capture.SteppedCapture;
import io.esnode.capture.SteppedClock;
import io.esnode.metric.Metric;
import io.esnode.metric.Registry;
import io.esnode.timeline.PlayedNvml;
import io.esnode.timeline.Timeline;
import io.esnode.timeline.VirtualClock;
import io.esnode.wire.Message;
import io.esnode.wire.WireReader;
import io.esnode.wire.WireWriter;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The two modules that must not know each other agree on what there is. */
class CapturedColumnsTest {
  @TempDir
  Path root;

  @Test
  void everyColumnOfTheRegistryIsCapturedAndTheOtherWayRound() throws Exception {
    Map<String, Set<String>> captured = layouts().stream()
        .collect(Collectors.toMap(Message.Layout::table, layout -> Set.copyOf(layout.columns())));

    assertThat(captured.keySet()).containsExactlyInAnyOrder("gpu", "gpu_process", "nvlink");
    captured.forEach((table, columns) -> assertThat(columns)
        .as(table)
        .containsExactlyInAnyOrderElementsOf(
            Registry.get().table(table).columns().stream().map(Metric::column).toList()));
  }

  private List<Message.Layout> layouts() throws Exception {
    Timeline timeline =
        Timeline.parse("test.timeline", "esnode.timeline/1\ngpu 0 name NVIDIA H100 80GB HBM3\n");
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CaptureOptions options = new CaptureOptions(
        0,
        1_000_000_000,
        root,
        Set.of(),
        new byte[CaptureOptions.NONCE_BYTES],
        Duration.ofSeconds(1));
    SteppedCapture capture = new SteppedCapture(
        new PlayedNvml(timeline, 1300, new VirtualClock(0)),
        new SteppedClock(0, 0),
        options,
        new WireWriter(Channels.newChannel(bytes)));
    capture.start();
    WireReader in =
        new WireReader(Channels.newChannel(new ByteArrayInputStream(bytes.toByteArray())));
    Message message = in.next();
    while (!(message instanceof Message.Session)) {
      message = in.next();
    }
    return ((Message.Session) message).tables();
  }
}
