package io.esnode.cli;

import io.esnode.inventory.InventoryWatch;
import io.esnode.kernel.RowSink;
import io.esnode.source.Clock;
import io.esnode.source.ProcessWatch;
import io.esnode.source.Sources;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import picocli.CommandLine.Option;

/** What of a recording has to do with the processes of the host. */
final class ProcessPart {
  private static final String OFF = "switched off with --no-processes";

  @Option(
      names = "--no-processes",
      description = "Record no process but the recorder's own, and no control group.")
  private boolean noProcesses;

  void describe(Map<String, String> config) {
    config.put("processes", noProcesses ? OFF : "recorded");
  }

  Sources host(ProcessWatch watch) {
    Path proc = Path.of("/proc");
    Path sys = Path.of("/sys");
    return noProcesses
        ? Sources.hostWithoutProcesses(proc, sys, OFF)
        : Sources.host(proc, sys, watch);
  }

  InventoryWatch inventory(
      Clock clock, List<Path> files, UnaryOperator<String> names, RowSink sink) {
    return InventoryWatch.start(Path.of("/"), clock, files, names, !noProcesses, sink);
  }
}
