package io.esnode.cli;

import io.esnode.log.Logs;
import io.esnode.remote.PacedSink;
import io.esnode.remote.RemoteChoice;
import io.esnode.remote.RemoteSources;
import io.esnode.remote.RemoteTiming;
import io.esnode.source.CaptureProcessSource;
import io.esnode.source.Clock;
import io.esnode.source.Moment;
import io.esnode.source.Source;
import io.esnode.source.Sources;
import io.esnode.spool.SpoolWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a recording asks over HTTP, and the process that asks it. Nothing of it is loaded where nothing is to be asked. */
final class RunningRemotes implements AutoCloseable {
  private final RemotePart part;
  private final RemoteChoice choice;
  private final Logs.Naming naming;
  private @Nullable CaptureProcessSource cost;
  private @Nullable RemoteSources running;

  private RunningRemotes(RemotePart part, RemoteChoice choice, Logs.Naming naming) {
    this.part = part;
    this.choice = choice;
    this.naming = naming;
  }

  /** Checks what was chosen. */
  static RunningRemotes of(RemotePart part, Logs.Naming naming) throws IOException {
    return new RunningRemotes(part, part.choice(System.getenv()), naming);
  }

  /** Adds what the configuration is to say. */
  void describe(Map<String, String> config) throws IOException {
    if (choice.isEmpty()) {
      config.put("app.metrics", "none");
      config.put("kubernetes", "not asked");
    } else {
      part.describe(config, choice, naming.names());
    }
  }

  /** The sources, and the cost of the process that asks. */
  Sources with(Sources others) {
    if (choice.isEmpty()) {
      return others;
    }
    cost = new CaptureProcessSource(Path.of("/proc"));
    List<Source> sources = new ArrayList<>(others.sources());
    sources.add(cost);
    return new Sources(sources, others.tiers(), others.missing());
  }

  void start(Clock clock, Moment start, SpoolWriter spool) throws IOException {
    CaptureProcessSource following = cost;
    if (following != null) {
      List<String> prefix = part.user().prefix();
      running = new RemoteSources(
          choice,
          () -> ChildJvm.remote(prefix).start(),
          RemoteTiming.DEFAULT,
          clock,
          start,
          naming.names(),
          following,
          new PacedSink(spool));
      running.start();
    }
  }

  @Override
  public void close() {
    if (running != null) {
      running.close();
    }
  }
}
